//! Plain text whose lines are broken for the way only (RFC 3676).

/// What `format=flowed` says of the line breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The space before a soft break belongs to the text.
    Spaced,
    /// `DelSp=yes`: it does not.
    Deleted,
}

/// The paragraphs of a flowed text: a line that ends in a space goes on in the next of its depth of quotation (4.2, 4.4), a space
/// that was put before a line is taken off (4.4), and a signature's line ends whatever came before it (4.3). `None` where no line does.
pub(super) fn paragraphs(text: &str, flow: Flow) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    // The depth of quotation of a line that goes on.
    let mut open: Option<usize> = None;
    let mut flows = false;
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let bare = line.trim_start_matches('>');
        let depth = line.len() - bare.len();
        let bare = bare.strip_prefix(' ').unwrap_or(bare);
        let signature = bare == "-- ";
        if open != Some(depth) || signature {
            if !out.is_empty() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                out.push(' ');
            }
        }
        let soft = bare.ends_with(' ') && !signature;
        out.push_str(match flow {
            Flow::Deleted if soft => bare.strip_suffix(' ').unwrap_or(bare),
            _ => bare,
        });
        open = soft.then_some(depth);
        flows |= soft;
    }
    flows.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::{Flow, paragraphs};

    #[test]
    fn soft_breaks_go_and_hard_ones_stay() {
        let text = "Rs. \r\n500 came\r\n from A\r\n-- \r\nBank\r\n";
        assert_eq!(
            paragraphs(text, Flow::Spaced).as_deref(),
            Some("Rs. 500 came\nfrom A\n-- \nBank\n")
        );
        let cut = "is credit \ned. Ref 6253 \n46810548\n";
        assert_eq!(
            paragraphs(cut, Flow::Deleted).as_deref(),
            Some("is credited. Ref 625346810548\n")
        );
        assert_eq!(paragraphs("Rs. 500\n-- \nBank\n", Flow::Spaced), None);
    }

    #[test]
    fn a_quotation_goes_on_in_its_own_depth_only() {
        let text = "> from \n> A\n>> older \nmine \n> theirs\n";
        assert_eq!(
            paragraphs(text, Flow::Spaced).as_deref(),
            Some("> from A\n>> older \nmine \n> theirs\n")
        );
    }
}
