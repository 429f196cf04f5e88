SET LOCAL ROLE noxpay_owner;
DROP TABLE mail.dkim_keys;
RESET ROLE;
