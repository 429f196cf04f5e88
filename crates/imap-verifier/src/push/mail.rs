use super::admit::{Flight, admit};
use super::{Answer, Verdict};
use crate::app::Shared;
use crate::error::CommandError;
use crate::intake::{Kept, Pushed};
use crate::rows::SourceKind;
use alerts::Mail;
use std::time::Duration;

/// For judging one mail: shorter than what a caller waits for its answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Takes a raw mail that was posted. Mails of senders that no bank uses leave no trace but a count, as in a mailbox.
pub(crate) async fn take_mail(
    app: &Shared,
    token: &str,
    raw: Vec<u8>,
) -> Result<Answer, CommandError> {
    let source = match admit(app, token, &[SourceKind::Http]).await? {
        Ok(source) => source,
        Err(answer) => return Ok(answer),
    };
    let flight = Flight::begin(app, &source).await?;
    let listed = sender(&raw).filter(|from| app.rules.sender_bank(from).is_some());
    let Some(sender) = listed else {
        metrics::counter!("noxpay_mail_read_total", "verdict" => "stranger").increment(1);
        flight.land().await?;
        return Ok(Answer::Taken(vec![Verdict::ignored("unlisted_sender")]));
    };
    let mail = Pushed {
        sender,
        raw,
        arrived_at: flight.arrived_at,
    };
    let Ok(kept) = tokio::time::timeout(PATIENCE, flight.intake.take_mail(mail)).await else {
        return Ok(Answer::TryLater);
    };
    let kept = kept?;
    flight.land().await?;
    Ok(match kept {
        Kept::Judged(verdict, reason) => Answer::Taken(vec![Verdict::of(verdict, reason)]),
        Kept::Known => Answer::Taken(vec![Verdict::duplicate()]),
        Kept::Undecided => Answer::TryLater,
    })
}

/// The sender that it claims, also where it is otherwise too much to be read.
fn sender(raw: &[u8]) -> Option<String> {
    let end = |mark: &[u8]| raw.windows(mark.len()).position(|part| part == mark);
    let end = [end(b"\r\n\r\n"), end(b"\n\n")].into_iter().flatten().min();
    let header = end.map_or(raw, |end| raw.get(..end).unwrap_or(raw));
    let mail = Mail::parse(&[header, b"\r\n\r\n"].concat()).ok()?;
    mail.from_address()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_found_whatever_the_body_is() {
        let large = [
            b"To: a@b\r\nFrom: X <C@D.test>\r\n\r\n".as_slice(),
            &[b'x'; 3 << 20],
        ];
        assert_eq!(sender(&large.concat()).as_deref(), Some("c@d.test"));
        assert_eq!(sender(b"From: c@d.test\n\nhi").as_deref(), Some("c@d.test"));
        assert_eq!(sender(b"From: c@d.test").as_deref(), Some("c@d.test"));
        for none in [
            b"".as_slice(),
            b"\0\xff\xfe",
            b"From: a@b.test\r\nFrom: c@d.test\r\n\r\n",
        ] {
            assert_eq!(sender(none), None);
        }
    }
}
