"""The tables that the application of ledger.py works on: their statements, and what a row of theirs may become."""
import random
import uuid


class Reports:
    """visit_reports, plain or partitioned: the application does not know the difference."""
    table, key, date = "visit_reports", "id", "visit_date"
    columns = ("report_number", "visit_date", "visit_purpose", "status", "completion_percentage")
    owned, fixed = "visit_type = 'owned'", "visit_type = 'fixed'"
    fixed_columns = ("id, report_number, organization_id, office_id, technician_id, visit_date, visit_purpose, "
                     "summary_description, status, priority, completion_percentage, created_at, updated_at")
    prepared = {
        "point": ("(uuid)", "SELECT report_number FROM visit_reports WHERE id = $1"),
        "update": ("(text, text, int, uuid)", "UPDATE visit_reports SET visit_purpose = $1, status = $2, "
                   "completion_percentage = $3, updated_at = now() WHERE id = $4"),
    }
    move = "UPDATE visit_reports SET visit_date = %s WHERE id = %s"
    delete = "DELETE FROM visit_reports WHERE id = %s"
    insert = ("INSERT INTO visit_reports (id, report_number, organization_id, visit_date, visit_type, visit_purpose, status, "
              "completion_percentage) VALUES (%s, %s, md5('organization 1')::uuid, %s, 'owned', %s, %s, %s)")
    array = "uuid[]"
    # name, table, column of the marker, column of the value, the parent's ON DELETE
    children = (("hardware", "hardware_inventory", "manufacturer", "condition_rating", "cascade"),
                ("recycling", "recycling_records", "recycler_name", "quantity", "cascade"),
                ("files", "files.file_attachments", "file_type", "file_size", "set null"))
    insert_child = {
        "hardware": "INSERT INTO hardware_inventory (id, visit_report_id, category_id, device_name, manufacturer, "
                    "condition_rating) SELECT %s, %s, id, 'Laptop', 'owned', %s FROM categories WHERE name = 'Laptop'",
        "recycling": "INSERT INTO recycling_records (id, visit_report_id, category_id, recycler_name, quantity) "
                     "SELECT %s, %s, id, 'owned', %s FROM categories WHERE name = 'Monitor'",
        "files": "INSERT INTO files.file_attachments (id, visit_report_id, file_name, file_type, file_size) "
                 "VALUES (%s, %s, 'photo.jpg', 'owned', %s)",
    }
    list = ("SELECT id, report_number FROM visit_reports WHERE organization_id = md5('organization ' || %s)::uuid "
            "ORDER BY visit_date DESC, created_at DESC, id DESC LIMIT 20")

    @staticmethod
    def new_key():
        return uuid.uuid4()

    @staticmethod
    def new_row(rng, key, day):
        return (f"N-{key}", day, f"Purpose {rng.randrange(10**6)}", "draft", rng.randrange(101))

    @staticmethod
    def insert_values(key, row):
        return (key, *row)

    @staticmethod
    def changed(rng, row):
        changed = (f"Purpose {rng.randrange(10**6)}", rng.choice(("draft", "completed", "approved")), rng.randrange(101))
        return (row[0], row[1], *changed), changed


class Events:
    """A simple table with a date key and nothing that references it."""
    table, key, date = "events", "id", "day"
    columns = ("value", "day", "note")
    owned, fixed = "kind = 'owned'", "kind = 'fixed'"
    fixed_columns = "id, day, kind, value, note, made"
    prepared = {
        "point": ("(bigint)", "SELECT value FROM events WHERE id = $1"),
        "update": ("(int, text, bigint)", "UPDATE events SET value = $1, note = $2 WHERE id = $3"),
    }
    move = "UPDATE events SET day = %s WHERE id = %s"
    delete = "DELETE FROM events WHERE id = %s"
    insert = "INSERT INTO events (id, day, kind, value, note) VALUES (%s, %s, 'owned', %s, %s)"
    array = "bigint[]"
    children, insert_child = (), {}
    list = "SELECT id, value FROM events WHERE kind = 'fixed' AND day = current_date - %s LIMIT 20"

    @staticmethod
    def new_key():
        return 10**12 + random.getrandbits(60)

    @staticmethod
    def new_row(rng, key, day):
        return (rng.randrange(10**6), day, f"new {rng.randrange(100)}")

    @staticmethod
    def insert_values(key, row):
        return (key, row[1], row[0], row[2])

    @staticmethod
    def changed(rng, row):
        changed = (rng.randrange(10**6), f"changed {rng.randrange(100)}")
        return (changed[0], row[1], changed[1]), changed


SHAPES = {shape.table: shape for shape in (Reports, Events)}
