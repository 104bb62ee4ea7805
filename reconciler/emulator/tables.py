"""The tables of an emulator's file. An object is kept as the JSON text that the API shows.

A contact has columns besides for what is searched by, and one index over all of them in the order of search results,
so that a search of a whole campaign never touches the long texts. What ANALYZE notes down tells SQLite that a campaign
is many contacts and a phone number few. Triggers keep what follows from the contacts: which
phones they have, the last contactId that a campaign gave out, and its revision, which is another one after every
write of whatever process.
"""

from __future__ import annotations

#: The fields of a contact that filters look at, kept as columns of the same name.
SEARCHED = (
    "id", "campaignId", "contactId", "assignedAgentId", "assignedGroupId", "assignedAgentExpirationTime",
    "assignedGroupExpirationTime", "createdAt", "excluded", "excludedDetail", "agentId", "lastCallTime",
    "lastAgentId", "lastCallerType", "wrapupId", "priority", "triesNumber", "minCallingDateTime",
    "maxCallingDateTime", "retryDate", "lastUpdatedAt", "purgeDate", "region",
)  # fmt: skip
AS_JSON = ("customFields", "phones")
COLUMNS = (*SEARCHED, *AS_JSON, "position", "document")

TABLES = f"""
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE validated_numbers (number TEXT PRIMARY KEY);
CREATE TABLE wrapup_folders (id INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE wrapups (id INTEGER PRIMARY KEY, status TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE licenses (month TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE recordings (interactionId TEXT PRIMARY KEY, seconds INTEGER, content BLOB);
CREATE TABLE campaigns (id INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE contacts (id INTEGER PRIMARY KEY AUTOINCREMENT, {", ".join(COLUMNS[1:])});
CREATE TABLE contact_phones (phone TEXT NOT NULL, contact INTEGER NOT NULL);
CREATE TABLE contact_counters (
  campaignId INTEGER PRIMARY KEY, revision INTEGER NOT NULL, lastContactId INTEGER NOT NULL
);
CREATE TABLE batches (
  token TEXT PRIMARY KEY, campaignId INTEGER NOT NULL, request TEXT NOT NULL,
  status TEXT NOT NULL, nextMoveAt REAL, endsAt REAL NOT NULL, result TEXT NOT NULL, outcome TEXT NOT NULL
);
"""

#: What follows from the contacts, and the indexes: made after the contacts, in a fraction of the time.
INDEXES = f"""
INSERT INTO contact_phones SELECT value, contacts.id FROM contacts, json_each(phones);
INSERT INTO contact_counters
  SELECT id, 0, coalesce((SELECT max(contactId) FROM contacts WHERE campaignId = campaigns.id), 0) FROM campaigns;
CREATE UNIQUE INDEX contacts_by_contact_id ON contacts (campaignId, contactId, position);
CREATE INDEX contacts_by_position ON contacts (campaignId, position);
CREATE INDEX contacts_by_anything ON contacts (campaignId, position, {", ".join(SEARCHED[2:])}, customFields);
CREATE INDEX contacts_by_agent ON contacts (campaignId, assignedAgentId, position);
CREATE INDEX contacts_by_group ON contacts (campaignId, assignedGroupId, position);
CREATE INDEX contacts_by_wrapup ON contacts (campaignId, wrapupId, position);
CREATE INDEX contacts_by_last_call ON contacts (campaignId, lastCallTime, position);
CREATE INDEX contacts_by_update ON contacts (campaignId, lastUpdatedAt, id);
CREATE INDEX phones_by_number ON contact_phones (phone, contact);
CREATE INDEX phones_by_contact ON contact_phones (contact);
CREATE INDEX batches_to_move ON batches (nextMoveAt) WHERE nextMoveAt IS NOT NULL;
PRAGMA analysis_limit = 300;
ANALYZE;
CREATE TRIGGER contact_written AFTER INSERT ON contacts BEGIN
  DELETE FROM contact_phones WHERE contact = NEW.id;
  INSERT INTO contact_phones SELECT value, NEW.id FROM json_each(NEW.phones);
  UPDATE contact_counters SET revision = random(), lastContactId = max(lastContactId, NEW.contactId)
    WHERE campaignId = NEW.campaignId;
END;
CREATE TRIGGER contact_deleted AFTER DELETE ON contacts BEGIN
  DELETE FROM contact_phones WHERE contact = OLD.id;
  UPDATE contact_counters SET revision = random() WHERE campaignId = OLD.campaignId;
END;
"""
