SET LOCAL ROLE noxpay_owner;
DROP INDEX mail.messages_by_key;
RESET ROLE;
