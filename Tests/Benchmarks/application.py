"""One client of the application: its session, and a writer that keeps the books of its own rows."""
import collections
import random
import time
import uuid

import psycopg2

from datasets import connect

LOST_CONNECTION = ("57P01", "57P02", "57P03")


class Session:
    """A connection that times each statement and counts each failure."""

    def __init__(self, workload):
        self.workload, self.shape = workload, workload.shape
        self.samples, self.connection = [], None
        self.open()

    def open(self):
        self.connection = connect(self.workload.dsn)
        self.pid = self.connection.get_backend_pid()
        self.cursor = self.connection.cursor()
        self.cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")
        for name, (types, sql) in self.shape.prepared.items():
            self.cursor.execute(f"PREPARE {name}{types} AS {sql}")

    def run(self, kind, sql, values=None):
        begun = time.perf_counter()
        try:
            self.cursor.execute(sql, values)
            return self.cursor.rowcount
        except psycopg2.Error as error:
            self.workload.failed(kind, error)
            raise
        finally:
            self.samples.append((begun, (time.perf_counter() - begun) * 1000, kind))

    def execute_prepared(self, kind, name, values):
        return self.run(kind, f"EXECUTE {name} ({', '.join(['%s'] * len(values))})", values)

    def is_lost(self, error):
        return self.connection.closed or error.pgcode is None or error.pgcode in LOST_CONNECTION

    def reopen(self):
        """Connects again; only when the server has done with the lost session is it known what it did."""
        self.connection.close()
        end = time.perf_counter() + 60
        while time.perf_counter() < end:
            try:
                self.open()
                while time.perf_counter() < end:
                    self.cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (self.old_pid,))
                    if not self.cursor.rowcount:
                        return
                    time.sleep(0.05)
            except psycopg2.Error:
                time.sleep(0.1)
        raise RuntimeError("the server did not come back within 60 s")

    def recover(self, error):
        """After a failure: whether the outcome is unknown. The session is usable again."""
        if self.is_lost(error):
            self.old_pid = self.pid
            self.reopen()
            return True
        self.cursor.execute("ROLLBACK")
        return False


class Step:
    """One write of an operation: the statement, and the state of the one row before and after it."""

    def __init__(self, kind, group, key, before, after, sql, values, prepared=None):
        self.kind, self.group, self.key, self.before, self.after = kind, group, key, before, after
        self.sql, self.values, self.prepared = sql, values, prepared


class Writer:
    """Owns a share of the rows and knows how each of them must look."""

    def __init__(self, workload, number):
        self.workload, self.shape, self.number = workload, workload.shape, number
        self.rng = random.Random(workload.seed * 100 + number)
        self.rows, self.gone = {}, set()
        self.children = {child[0]: {} for child in self.shape.children}
        self.children_gone = {child[0]: set() for child in self.shape.children}
        self.of_parent = collections.defaultdict(set)
        self.keys = collections.defaultdict(list)
        self.counts = collections.Counter()

    def adopt(self, key, row):
        self.rows[key] = row
        self.keys["rows"].append(key)

    def adopt_child(self, group, key, parent, value):
        self.children[group][key] = (parent, value)
        self.of_parent[parent].add((group, key))
        self.keys[group].append(key)

    def any_key(self, group="rows"):
        living, keys = self.rows if group == "rows" else self.children[group], self.keys[group]
        while keys:
            i = self.rng.randrange(len(keys))
            if keys[i] in living:
                return keys[i]
            keys[i] = keys[-1]
            keys.pop()
        return None

    def any_day(self):
        first, last = self.workload.days
        return type(first).fromordinal(self.rng.randint(first.toordinal(), last.toordinal()))

    # Each makes the steps of one operation.
    def insert(self):
        key = self.shape.new_key()
        row = self.shape.new_row(self.rng, key, self.any_day())
        steps = [Step("insert", "rows", key, None, row, self.shape.insert, self.shape.insert_values(key, row))]
        if self.shape.children and self.rng.random() < 0.5:
            steps += [self.child("hardware", key), self.child(self.rng.choice(("hardware", "recycling", "files")), key)]
        return steps

    def update(self):
        key = self.any_key()
        after, values = self.shape.changed(self.rng, self.rows[key])
        return [Step("update", "rows", key, self.rows[key], after, None, (*values, key), "update")]

    def move(self):
        key, day = self.any_key(), self.any_day()
        before = self.rows[key]
        return [Step("move", "rows", key, before, (before[0], day, *before[2:]), self.shape.move, (day, key))]

    def delete(self):
        key = self.any_key()
        return [Step("delete", "rows", key, self.rows[key], None, self.shape.delete, (key,))]

    def several(self):
        steps, used = [], set()
        for make in (self.update, self.move, self.insert):
            made = make()
            if not used & {step.key for step in made}:
                steps += made
                used |= {step.key for step in made}
        return steps

    def child(self, group, parent):
        key, value = uuid.uuid4(), self.rng.randint(1, 5)
        return Step("insert child", group, key, None, (parent, value), self.shape.insert_child[group], (key, parent, value))

    def insert_child(self):
        return [self.child(self.rng.choice(("hardware", "hardware", "recycling", "files")), self.any_key())]

    def delete_child(self):
        group = self.rng.choice(list(self.children))
        key = self.any_key(group)
        if key is None:
            return []
        table = next(child[1] for child in self.shape.children if child[0] == group)
        return [Step("delete child", group, key, self.children[group][key], None, f"DELETE FROM {table} WHERE id = %s", (key,))]

    def settle(self, step, found):
        """An acknowledged step enters the ledger; `found` is how many rows the server said that it touched."""
        self.counts[step.kind] += 1
        if found != 1:
            self.counts[f"{step.kind} touched {'none' if not found else 'several'}"] += 1
            # Told that there is no such row, an application goes on as if there were none; the row was as it was.
            if not found and step.after is not None:
                return
        if step.group == "rows":
            if step.after is None:
                self.rows.pop(step.key, None)
                self.gone.add(step.key)
                for group, key in self.of_parent.pop(step.key, ()):
                    rule = next(child[4] for child in self.shape.children if child[0] == group)
                    if rule == "cascade":
                        self.children[group].pop(key, None)
                        self.children_gone[group].add(key)
                    elif key in self.children[group]:
                        self.children[group][key] = (None, self.children[group][key][1])
            else:
                if step.before is None:
                    self.keys["rows"].append(step.key)
                self.rows[step.key] = step.after
        elif step.after is None:
            self.children[step.group].pop(step.key, None)
            self.children_gone[step.group].add(step.key)
        else:
            self.adopt_child(step.group, step.key, *step.after)

    def look(self, session, step):
        """The row of a step as it is in the database now."""
        if step.group == "rows":
            columns, table = ", ".join(self.shape.columns), self.shape.table
        else:
            child = next(child for child in self.shape.children if child[0] == step.group)
            columns, table = f"visit_report_id, {child[3]}", child[1]
        session.cursor.execute(f"SELECT {columns} FROM {table} WHERE id = %s", (step.key,))
        return session.cursor.fetchone()

    def perform(self, session, steps):
        found, waiting = [], list(steps)
        try:
            if len(steps) > 1:
                session.run("begin", "BEGIN")
            for step in steps:
                if step.prepared:
                    found.append(session.execute_prepared(step.kind, step.prepared, step.values))
                else:
                    found.append(session.run(step.kind, step.sql, step.values))
            if len(steps) > 1:
                session.run("commit", "COMMIT")
        except psycopg2.Error as error:
            if not session.recover(error):
                return
            # Nobody said whether this was committed: ask the rows.
            for step in waiting:
                self.counts["unknown"] += 1
                if step.before != step.after and self.look(session, step) == step.after:
                    self.settle(step, 1)
            return
        for step, count in zip(steps, found):
            self.settle(step, count)

    def work(self):
        session = self.workload.session()
        kinds = [(self.insert, 15), (self.update, 30), (self.move, 25), (self.delete, 8), (self.several, 6)]
        if self.shape.children:
            kinds += [(self.insert_child, 12), (self.delete_child, 8)]
        makers, weights = zip(*kinds)
        for _ in self.workload.turns(self.workload.rate):
            steps = self.rng.choices(makers, weights)[0]()
            if steps:
                self.perform(session, steps)
