"""pg_partman's own failures, as its users report them, put to each tool side by side."""
import datetime

from ledger import execute
from datasets import month_start
from peers import partitions, tools

NEXT = month_start(2)  # a month that is still to be made when each case begins


def empty(name, column="day date"):
    return (f"CREATE TABLE {name} (id bigint, {column} NOT NULL, note text, PRIMARY KEY (id, {column.split()[0]})) "
            f"PARTITION BY RANGE ({column.split()[0]})")


def month(name, first, months=1):
    end = month_start((first.year - month_start().year) * 12 + first.month - month_start().month + months)
    return f"CREATE TABLE {name}_{first:%Y_%m} PARTITION OF {name} FOR VALUES FROM ('{first}') TO ('{end}')"


def covered(server, name, day=NEXT):
    """Whether a row of that day finds a partition that is not the DEFAULT one."""
    return execute(server.dsn("bench"), f"""
        SELECT count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '{name}'::regclass
        AND pg_get_expr(relpartbound, c.oid) <> 'DEFAULT'
        AND '{day}'::timestamptz >= split_part(pg_get_expr(relpartbound, c.oid), '''', 2)::timestamptz
        AND '{day}'::timestamptz < split_part(pg_get_expr(relpartbound, c.oid), '''', 4)::timestamptz""")[0][0] > 0


def prepare(server, tool, names=("a", "b", "c"), default=True):
    """Tables with this month alone and a policy of four months ahead, under the tool."""
    dsn = server.database("bench")
    for name in names:
        execute(dsn, empty(name), month(name, month_start()))
        if default and tool.name != "pg_partman":  # that one makes a DEFAULT partition of its own
            execute(dsn, f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT")
        tool.adopt(server, "bench", name, "month", 4)
    return dsn


def verdict(server, tool, names):
    outcome = tool.maintain(server, "bench")
    made = sum(covered(server, name) for name in names)
    return f"{made} of {len(names)} tables made ready, exit {outcome.exit}"


def stray_row(server, tool):
    dsn = prepare(server, tool)
    execute(dsn, f"INSERT INTO b VALUES (1, '{NEXT + datetime.timedelta(days=3)}')")
    return verdict(server, tool, "abc")


def poisoned_table(server, tool):
    dsn = prepare(server, tool)
    execute(dsn, "CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ DECLARE o record; BEGIN "
            "FOR o IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_identity ~ '^public.b_' LOOP "
            "RAISE EXCEPTION 'not on table b'; END LOOP; END $$",
            "CREATE EVENT TRIGGER no ON ddl_command_end EXECUTE FUNCTION no()")
    return verdict(server, tool, "abc")


def wanted_name(server, tool):
    dsn = prepare(server, tool, "b")
    for name in (f"b_p{NEXT:%Y_%m}", f"b_{NEXT:%Y_%m}", f"b__{NEXT:%Y_%m}"):
        execute(dsn, f"CREATE TABLE {name} (unrelated text)")
    outcome = tool.maintain(server, "bench")
    return f"{'covered' if covered(server, 'b') else 'NOT covered'}, exit {outcome.exit}"


def dst_end(server, tool):
    """Hours over the end of summer time in Berlin: the hour after the clock was put back must have its partition."""
    dsn = server.database("bench")
    october = max(day for day in (datetime.date(datetime.date.today().year - i, 10, 31) for i in (0, 1))
                  if day < datetime.date.today())
    sunday = october - datetime.timedelta(days=(october.weekday() + 1) % 7)
    start = f"{sunday - datetime.timedelta(days=1)} 12:00:00+02"
    hours = f"'{sunday} 02:30:00+02'::timestamptz"
    execute(dsn, "ALTER DATABASE bench SET timezone = 'Europe/Berlin'", empty("h", "at timestamptz"))
    if tool.name == "pg_partman":
        tool.extension("bench")
        tool.must("bench", "SELECT partman.create_parent('public.h', 'at', 'native', 'hourly', p_premake := 2, "
                  f"p_start_partition := '{start}')")
    else:
        execute(dsn, f"CREATE TABLE h_0 PARTITION OF h FOR VALUES FROM ('{start}') TO ('{start.replace('12:', '13:')}')")
        tool.adopt(server, "bench", "h", "hour", 2, "at")
        tool.maintain(server, "bench", "h")
    holes = [at for at, in execute(dsn, f"SELECT ({hours} + n * interval '1 hour')::text FROM generate_series(0, 3) n")
             if not covered(server, "h", at)]
    return f"{len(holes)} of 4 hours without a partition {' '.join(holes)}".strip()


def incoming_key(server, tool):
    dsn = server.database("bench")
    old = month_start(-30)
    execute(dsn, empty("a"), month("a", old), *(month("a", month_start(i)) for i in range(-2, 1)),
            "CREATE TABLE child (id bigint, day date, FOREIGN KEY (id, day) REFERENCES a)")
    tool.adopt(server, "bench", "a", "month", 2, retention="24 months")
    if tool.name == "pg_partman":
        tool.must("bench", "UPDATE partman.part_config SET retention_keep_table = false")
    had = covered(server, "a", old)
    outcome = tool.maintain(server, "bench", "a")
    if outcome.exit:
        outcome = tool.maintain(server, "bench", "a")
    return f"{'retired' if had and not covered(server, 'a', old) else 'NOT retired'}, exit {outcome.exit}"


def far_future(server, tool):
    dsn = prepare(server, tool, "a")
    execute(dsn, "INSERT INTO a VALUES (1, '2097-01-15')")
    outcome = tool.maintain(server, "bench")
    return f"{partitions(server, 'bench', 'a')} partitions, exit {outcome.exit} {outcome.complaint}"


def silent_year(server, tool):
    """The set as it was a year ago, and nobody has written anything since."""
    dsn = server.database("bench")
    execute(dsn, empty("a"), *(month("a", month_start(i)) for i in range(-14, -11)), f"INSERT INTO a VALUES (1, '{month_start(-12)}')")
    tool.adopt(server, "bench", "a", "month", 4)
    if tool.name == "pg_partman":  # as it comes
        tool.must("bench", "UPDATE partman.part_config SET infinite_time_partitions = false")
    outcome = tool.maintain(server, "bench", "a")
    today = datetime.date.today()
    return f"today {'covered' if covered(server, 'a', today) else 'NOT covered'}, exit {outcome.exit}"


CASES = {"a stray row of next month in one default of three": stray_row, "one poisoned table of three": poisoned_table,
         "an unrelated table with the wanted name": wanted_name, "hours at the end of summer time": dst_end,
         "retention with an incoming key that nothing uses": incoming_key, "a row dated 2097": far_future,
         "no data for a year": silent_year}


def run(server, alone, table):
    present, rows = tools(server, "failures", alone), []
    for title, case in CASES.items():
        row = [title]
        for tool in present:
            try:
                row.append(case(server, tool))
            except (Exception, SystemExit) as error:  # one case must not hide the others
                row.append(f"failed: {str(error).strip().splitlines()[0][:80]}")
        rows.append(row)
    table("pg_partman's failures", ["case", *(tool.name for tool in present)], rows)
