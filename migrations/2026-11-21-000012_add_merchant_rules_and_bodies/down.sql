SET LOCAL ROLE noxpay_owner;
DROP INDEX mail.messages_by_verdict;
DROP TABLE mail.bodies;
DROP TABLE mail.parser_rules;
RESET ROLE;
