//! HTML to text: what a reader sees, with the boundaries of blocks and cells.

use mail_parser::decoders::html::add_html_token;

/// Elements whose content is not shown, or not text.
const UNSEEN: [&str; 11] = [
    "head", "style", "script", "title", "template", "svg", "object", "select", "textarea",
    "noscript", "iframe",
];
/// Elements without an end tag (HTML, 13.1.2): they cannot hide anything.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements that begin and end a line.
const BLOCKS: [&str; 37] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
];
/// Longest entity that is decoded: `&CounterClockwiseContourIntegral;`.
const MAX_ENTITY: usize = 33;

/// The visible text. Blocks are parted by a line feed, cells by a tab; white space of the source is a space. Links lose
/// their target, comments, scripts, styles and hidden elements vanish. Never fails: what is no markup is text.
pub(crate) fn to_text(html: &str) -> String {
    let mut out = String::with_capacity(html.len() / 2);
    let mut hidden: Option<Hidden> = None;
    let mut styled = Styled::default();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (text, markup) = rest.split_at(open);
        let Some((tag, after)) = Tag::read(markup) else {
            push_text(&mut out, hidden.as_ref(), rest);
            return out;
        };
        push_text(&mut out, hidden.as_ref(), text);
        rest = after;
        let was_hidden = hidden.is_some();
        hidden = match hidden {
            Some(h) => h.after(&tag),
            None => Hidden::starting(&tag),
        };
        match (was_hidden, &hidden) {
            // The end of what was hidden: its beginning was not noted either.
            (true, None) => out.push_str(tag.boundary()),
            (false, None) => out.push_str(styled.boundary(&tag)),
            (_, Some(_)) => {}
        }
    }
    push_text(&mut out, hidden.as_ref(), rest);
    out
}

/// Inside an element that is not shown.
struct Hidden {
    name: String,
    depth: usize,
}

impl Hidden {
    fn starting(tag: &Tag<'_>) -> Option<Self> {
        let opens = !tag.end && !tag.self_closing && !VOID.contains(&tag.name.as_str());
        (opens && (UNSEEN.contains(&tag.name.as_str()) || tag.is_hidden())).then(|| Self {
            name: tag.name.clone(),
            depth: 1,
        })
    }

    /// `None` once the element has ended. A body ends a head that nobody closed.
    fn after(mut self, tag: &Tag<'_>) -> Option<Self> {
        if self.name == "head" && tag.name == "body" && !tag.end {
            return Self::starting(tag);
        }
        if tag.name == self.name && !tag.self_closing {
            self.depth = if tag.end {
                self.depth.saturating_sub(1)
            } else {
                self.depth + 1
            };
        }
        (self.depth > 0).then_some(self)
    }
}

/// Open elements that only their style makes blocks: `<span style="display:block">`.
#[derive(Default)]
struct Styled {
    /// Name, and whether it is one.
    open: Vec<(String, bool)>,
}

impl Styled {
    /// Elements that nobody closes are forgotten, so that no mail costs more than its length.
    const MOST: usize = 64;

    fn boundary(&mut self, tag: &Tag<'_>) -> &'static str {
        let own = tag.boundary();
        let name = tag.name.as_str();
        if !own.is_empty() || name.is_empty() || VOID.contains(&name) || tag.self_closing {
            return own;
        }
        if !tag.end {
            let block = tag.is_block();
            if self.open.len() >= Self::MOST {
                self.open.clear();
            }
            self.open.push((tag.name.clone(), block));
            return if block { "\n" } else { "" };
        }
        let begun = self.open.iter().rposition(|(open, _)| open == name);
        let closed = begun.map(|at| self.open.split_off(at));
        let block = closed.is_some_and(|closed| closed.first().is_some_and(|(_, block)| *block));
        if block { "\n" } else { "" }
    }
}

struct Tag<'x> {
    /// Lower case; empty for a comment or declaration.
    name: String,
    attributes: &'x str,
    end: bool,
    self_closing: bool,
}

impl<'x> Tag<'x> {
    /// Reads the tag, comment or declaration that `markup` begins with. `None` where the text ends before it does.
    fn read(markup: &'x str) -> Option<(Self, &'x str)> {
        let nothing = Self {
            name: String::new(),
            attributes: "",
            end: false,
            self_closing: false,
        };
        if let Some(comment) = markup.strip_prefix("<!--") {
            let (_, after) = comment.split_once("-->")?;
            return Some((nothing, after));
        }
        let inner = markup.strip_prefix('<')?;
        let (end, inner) = match inner.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, inner),
        };
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
            // A lone "<" is text, but one that a template author has to see; it becomes a space.
            return Some((nothing, inner));
        }
        let close = closing_bracket(inner)?;
        let (content, after) = inner.split_at(close);
        let name_end = content
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(content.len());
        let (name, attributes) = content.split_at(name_end);
        let tag = Self {
            name: name.to_ascii_lowercase(),
            attributes,
            end,
            self_closing: attributes.trim_end().ends_with('/'),
        };
        Some((tag, after.strip_prefix('>').unwrap_or(after)))
    }

    fn boundary(&self) -> &'static str {
        match self.name.as_str() {
            "td" | "th" => "\t",
            name if BLOCKS.contains(&name) => "\n",
            _ => "",
        }
    }

    /// Attributes in lower case, without white space.
    fn squeezed(&self) -> String {
        let visible = self.attributes.chars().filter(|c| !c.is_whitespace());
        visible.map(|c| c.to_ascii_lowercase()).collect()
    }

    fn is_block(&self) -> bool {
        if self.attributes.len() < "display:".len() {
            return false;
        }
        let squeezed = self.squeezed();
        ["block", "flex", "grid", "table", "list-item"]
            .iter()
            .any(|kind| squeezed.contains(&format!("display:{kind}")))
    }

    fn is_hidden(&self) -> bool {
        let attributes: String = self.attributes.to_ascii_lowercase();
        let squeezed = self.squeezed();
        let zero = |property: &str| {
            squeezed.split(property).skip(1).any(|value| {
                value
                    .strip_prefix('0')
                    .is_some_and(|unit| !unit.starts_with(|c: char| c == '.' || c.is_ascii_digit()))
            })
        };
        squeezed.contains("display:none")
            || squeezed.contains("visibility:hidden")
            || squeezed.contains("mso-hide:all")
            || zero("font-size:")
            || zero("opacity:")
            || zero("max-height:")
            || attributes
                .split_ascii_whitespace()
                .any(|a| a == "hidden" || a.starts_with("hidden="))
    }
}

/// Where the tag ends, quoted attribute values skipped.
fn closing_bracket(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), _) if q == c => quote = None,
            _ => {}
        }
    }
    None
}

fn push_text(out: &mut String, hidden: Option<&Hidden>, text: &str) {
    if hidden.is_some() {
        return;
    }
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        push_plain(out, before);
        let end = from.bytes().take(MAX_ENTITY).position(|b| b == b';');
        match end.and_then(|end| from.split_at_checked(end + 1)) {
            Some((entity, after)) => {
                let mut decoded = String::new();
                add_html_token(&mut decoded, entity.as_bytes(), false);
                push_plain(out, &decoded);
                rest = after;
            }
            None => {
                out.push('&');
                rest = from.strip_prefix('&').unwrap_or_default();
            }
        }
    }
    push_plain(out, rest);
}

/// Line feeds and tabs of the source are no boundaries.
fn push_plain(out: &mut String, text: &str) {
    out.extend(
        text.chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::text::normalise;

    fn text(html: &str) -> String {
        normalise(&to_text(html))
    }

    #[test]
    fn a_style_makes_a_block_of_what_is_none_by_name() {
        assert_eq!(
            text(
                "<span style='color:#777; display: block'>UTR</span><span style='display:block'><b>62</b>84</span>x"
            ),
            "UTR\n6284\nx"
        );
        assert_eq!(
            text("<span style=display:block>1,2<span style='display:none'>x</span>50</span>"),
            "1,250"
        );
        let nobody_closes = "<b>".repeat(1_000);
        assert_eq!(text(&format!("{nobody_closes}a</b>b</i>c")), "abc");
    }

    #[test]
    fn blocks_and_cells_keep_their_boundaries() {
        assert_eq!(
            text(
                "<table><tr><td>Rs.&nbsp;</td><td>3&#44;075</td></tr><tr><td>a<br>b\n c</td></tr></table><p>d<b>e</b></p>"
            ),
            "Rs.\t3,075\na\nb c\nde"
        );
    }

    #[test]
    fn what_nobody_sees_is_not_read() {
        let html = "<head><title>x</title><body>1<div style='Display : none'>2<div>3</div>4</div>5<!-- 6 --><script>7</script>\
            <span style=\"font-size:0px\">8</span><span style='font-size:0.9em'>9</span><i hidden>10</i>\
            <a href='https://x.test/11'>link</a>";
        assert_eq!(text(html), "1\n5 9link".replace(' ', ""));
    }

    #[test]
    fn an_escaped_tag_is_text() {
        assert_eq!(
            text("<td>&lt;/td&gt;&lt;td&gt;x &amp;amp; a & b</td>"),
            "</td><td>x &amp; a & b"
        );
        assert_eq!(text("1 < 2 <p title='a>b'>c"), "1 2\nc");
    }

    #[test]
    fn an_unfinished_tag_is_text() {
        assert_eq!(text("a <b"), "a <b");
        assert_eq!(text("a <!-- b"), "a <!-- b");
    }
}
