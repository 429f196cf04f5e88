-- intent-service: a price is in rupees, as the column's check says; nobody need name it.
SET LOCAL ROLE noxpay_owner;
ALTER TABLE intents.intents ALTER COLUMN currency SET DEFAULT 'INR';
RESET ROLE;
