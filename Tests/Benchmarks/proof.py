"""Shows that the ledger finds what it is there to find: harm is done on purpose, each kind must be named, and no other.

It exits with 1 if one is not. Worth its two minutes whenever ledger.py was changed.
"""
import sys
import time

from datasets import UNCHECKED, month_start
from ledger import Server, Workload, execute, load_default, load_partitioned

SOME = "SELECT id FROM visit_reports WHERE visit_type = '{}' ORDER BY id LIMIT 3"
OWN = SOME.format("owned")
FIXED = SOME.format("fixed")
# Done without triggers and checks, as no statement of an application could; then what must be found, and nothing else.
HARM = {
    "nothing": ("SELECT 1", set()),
    "fixed rows gone": (f"DELETE FROM visit_reports WHERE id IN ({FIXED})", {"fixed_lost", "orphans", "registry_off"}),
    "owned rows gone": (f"DELETE FROM visit_reports WHERE id IN ({OWN})",
                        {"lost", "orphans", "registry_off", "missed_updates", "missed_deletes"}),
    "an owned row changed": (f"UPDATE visit_reports SET report_number = 'x' WHERE id = ({OWN.replace('LIMIT 3', 'LIMIT 1')})",
                             {"wrong", "registry_off"}),
    "fixed rows changed": (f"UPDATE visit_reports SET summary_description = 'x' WHERE id IN ({FIXED})", {"fixed_wrong"}),
    "fixed rows twice": ("INSERT INTO visit_reports SELECT id, 'twice', organization_id, office_id, technician_id, "
                         f"visit_date + CASE WHEN visit_date < current_date - 60 THEN 40 ELSE -40 END, 'fixed' "
                         f"FROM visit_reports WHERE id IN ({FIXED})", {"fixed_duplicated", "fixed_wrong", "registry_off"}),
    "children gone": ("DELETE FROM hardware_inventory WHERE id IN (SELECT id FROM hardware_inventory LIMIT 500)",
                      {"children_lost", "missed_deletes"}),
    "children changed": ("UPDATE recycling_records SET quantity = 77 WHERE id IN (SELECT id FROM recycling_records LIMIT 500)",
                         {"children_wrong"}),
    "children of another": ("UPDATE files.file_attachments SET visit_report_id = md5('report 3')::uuid "
                            "WHERE id IN (SELECT id FROM files.file_attachments LIMIT 500)", {"children_wrong"}),
}


def resurrect(load, dsn):
    """A row that the application was told is deleted comes back."""
    time.sleep(1)
    key = next(iter(load.writers[0].gone))
    execute(dsn, UNCHECKED, "INSERT INTO visit_reports (id, report_number, organization_id, visit_date, visit_type) "
            f"SELECT '{key}', 'back', id, current_date, 'owned' FROM organizations LIMIT 1")


def hide(load, dsn):
    execute(dsn, "BEGIN", "CREATE TABLE aside AS SELECT * FROM events WHERE id % 50 IN (0, 1)",
            "DELETE FROM events WHERE id % 50 IN (0, 1)", "COMMIT")
    time.sleep(2)
    execute(dsn, "INSERT INTO events SELECT * FROM aside")


def stall(load, dsn):
    time.sleep(0.3)  # the holder has its transaction open
    execute(dsn, f"CREATE TABLE late PARTITION OF visit_reports FOR VALUES FROM ('{month_start(3)}') TO ('{month_start(4)}')")


def refuse(load, dsn):
    execute(dsn, "ALTER TABLE visit_reports ADD CONSTRAINT no CHECK (visit_purpose = '') NOT VALID")
    time.sleep(0.5)
    execute(dsn, "ALTER TABLE visit_reports DROP CONSTRAINT no")


def terminate(load, dsn):
    for _ in range(8):
        execute(dsn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ledger' "
                "AND pid <> pg_backend_pid()")
        time.sleep(0.3)


def found(result):
    seen = {name for name, number in result["ledger"].items() if number}
    return seen | ({"invisible"} if result["invisible"] else set()) | {f"error {state}" for state in result["errors"]} \
        | ({"stall"} if result["longest_ms"] > 500 else set()) | ({"crash"} if result["crashes"] else set())


def main():
    bad = 0

    def judge(name, result, required, tolerated=()):
        nonlocal bad
        seen = found(result)
        right = required <= seen and seen <= required | set(tolerated)
        bad += not right
        print(f"{'ok ' if right else 'BAD'}  {name:24} {' '.join(sorted(seen)) or '-'}"
              + ("" if right else f"   expected: {' '.join(sorted(required)) or '-'}"), flush=True)

    with Server() as server:
        load_partitioned(server.database("reports"), partitions=12, rows=20_000, ahead=2)
        load_default(server.database("events"), 50_000)

        def around(action, base="reports", table="visit_reports", **options):
            dsn = server.database("proof", base)
            load = Workload(dsn, table, **options)
            return load.around(lambda: action(load, dsn))

        for name, (sql, required) in HARM.items():
            # Whether somebody reads, or writes to, one of three rows meanwhile is chance.
            chance = {"invisible"} | (required & {"missed_updates", "missed_deletes"})
            judge(name, around(lambda load, dsn, sql=sql: execute(dsn, UNCHECKED, sql)), required - chance,
                  chance if required else ())
        judge("a deleted row is back", around(resurrect), {"resurrected", "registry_off"})
        judge("rows hidden for 2 s", around(hide, "events", "events"), {"invisible", "missed_updates"},
              {"missed_deletes", "resurrected", "wrong"})
        judge("stall behind a holder", around(stall, holder=True), {"stall"})
        judge("writes refused", around(refuse), {"error 23514"})
        judge("sessions ended", around(terminate), {"error connection"}, {"error 57P01"})
        judge("server crashed", around(lambda load, dsn: server.crash()), {"error connection"},
              {"error 57P01", "error 57P02", "error 57P03", "stall"})
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
