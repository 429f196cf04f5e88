//! `noxpay account prove`

use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::{Answer, Gateway};
use crate::scope::{Scope, ScopeArgs};
use crate::terminal::Terminal;
use crate::views::Proof;
use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// A person takes minutes; a look costs a line in the audit log.
const LOOK: Duration = Duration::from_secs(2);
/// A line that the command still waits, this often.
const PROGRESS: Duration = Duration::from_secs(30);

/// Prove an account by a small payment
///
/// Asks for a random amount between INR 1.00 and 9.99, prints how to pay it, and waits until the bank's alert about it was
/// read in the account's own mailbox. Pay it yourself, from any app. The amount is held for 30 minutes.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Prove {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The account: noxpay account list
    account: Uuid,
    /// How many seconds to wait; as long as the amount is held, unless said
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,
}

const HELP: &str = "\
Example:
  noxpay account prove 01930000-0000-7000-8000-000000000002";

impl Prove {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let proof: Proof = start(&gateway, scope, self.account).await?.read()?;
        show(&proof, terminal);
        // 30 minutes, and some for an alert that is on its way.
        let patience = Duration::from_secs(self.wait.unwrap_or(32 * 60));
        let begun = Instant::now();
        let mut told = begun;
        loop {
            let answer = look(&gateway, scope, proof.id).await?;
            let proof: Proof = answer.read()?;
            if let Some(at) = proof.proved_at {
                terminal.line(format!("proved at {at}: the account is live"));
                return terminal.result(answer.raw());
            }
            if begun.elapsed() >= patience {
                return Err(Failure::failed(format!(
                    "no alert about {} was read within {} s. If you paid: is the mailbox read (noxpay mailbox list), and \
                     does the bank write to the registered address? The amount is held until {}; prove again asks for another",
                    proof.amount,
                    begun.elapsed().as_secs(),
                    proof.expires_at
                )));
            }
            if told.elapsed() >= PROGRESS {
                told = Instant::now();
                let waited = begun.elapsed().as_secs();
                terminal.progress(format!("waiting for the alert, {waited} s so far"));
            }
            sleep(LOOK).await;
        }
    }
}

/// Asks for a proving payment.
pub(crate) async fn start(
    gateway: &Gateway,
    scope: Scope,
    account: Uuid,
) -> Result<Answer, Failure> {
    let path = format!("accounts/{account}/prove");
    let nothing = serde_json::json!({});
    gateway.post(&path, &scope.query(), &nothing).await
}

/// Asks whether it was seen.
pub(crate) async fn look(gateway: &Gateway, scope: Scope, proof: Uuid) -> Result<Answer, Failure> {
    let path = format!("accounts/proofs/{proof}");
    gateway.get(&path, &scope.query()).await
}

fn show(proof: &Proof, terminal: &mut Terminal) {
    terminal.line(format!(
        "Pay exactly {} until {}:",
        proof.amount, proof.expires_at
    ));
    terminal.line("");
    terminal.line(format!("  {}", proof.payment_uri));
    terminal.line("");
    if terminal.is_interactive() {
        for line in picture(&proof.payment_uri) {
            terminal.line(line);
        }
    }
    terminal.progress("waiting for the bank's alert");
}

/// A QR code in half blocks, light modules filled: what cameras expect of a dark terminal.
fn picture(uri: &str) -> Vec<String> {
    let Ok(code) = QrCode::new(uri) else {
        return Vec::new();
    };
    let mut renderer = code.render::<Dense1x2>();
    let renderer = renderer
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark);
    renderer.build().lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_drawn_as_a_square_with_a_light_border() {
        let lines = picture("upi://pay?pa=shop@okbank&pn=Shop&am=4.21&cu=INR&tn=10TEA0C4FN");
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|l| l.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(lines[0].chars().all(|c| c == '█'));
    }
}
