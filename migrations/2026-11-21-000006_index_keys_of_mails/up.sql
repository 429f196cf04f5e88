-- imap-verifier: whether a mailbox ever had a mail verified with a key is asked for every mail that waits for its key.
SET LOCAL ROLE noxpay_owner;
CREATE INDEX messages_by_key ON mail.messages (mailbox_id, (facts ->> 'domain'), (facts ->> 'selector'))
    WHERE verdict <> 'undecided';
RESET ROLE;
