-- Undoes V0004: drops the hardware inventory and the recycling records, with all their rows.

DROP TABLE recycling_records;
DROP TABLE hardware_inventory;
