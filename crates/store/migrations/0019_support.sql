-- Where an organisation's people find help; some tens of thousands of rows.
ALTER TABLE organisation ADD COLUMN support_telephone TEXT NOT NULL DEFAULT '';
ALTER TABLE organisation ADD COLUMN support_page TEXT NOT NULL DEFAULT '';
