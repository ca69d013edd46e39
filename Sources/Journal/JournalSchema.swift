import GRDB

/// The journal's tables, made and changed by GRDB's migrator.
enum JournalSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 runs, phases, messages") { database in
            try database.create(table: "run") { table in
                table.primaryKey("id", .text)
                table.column("command", .text).notNull()
                table.column("arguments", .text).notNull()
                table.column("host", .text).notNull()
                table.column("user", .text).notNull()
                table.column("pid", .integer).notNull()
                table.column("process_start", .integer).notNull()
                table.column("version", .text).notNull()
                table.column("target", .text)
                table.column("started_at", .integer).notNull()
                table.column("ended_at", .integer)
                table.column("outcome", .text).notNull()
                table.column("exit_code", .integer)
                table.column("counts", .text).notNull()
                table.column("error", .text)
            }
            try database.create(table: "phase") { table in
                table.column("run_id", .text).notNull().references("run", onDelete: .cascade)
                table.column("position", .integer).notNull()
                table.column("name", .text).notNull()
                table.column("started_at", .integer).notNull()
                table.column("milliseconds", .integer).notNull()
                table.column("done", .integer).notNull()
                table.primaryKey(["run_id", "position"])
            }
            try database.create(table: "message") { table in
                table.column("run_id", .text).notNull().references("run", onDelete: .cascade).indexed()
                table.column("at", .integer).notNull()
                table.column("is_warning", .boolean).notNull()
                table.column("text", .text).notNull()
            }
            try database.create(index: "run_by_command", on: "run", columns: ["command", "id"])
        }
        migrator.registerMigration("2 samples") { database in
            try database.create(table: "sample") { table in
                table.column("run_id", .text).notNull().references("run", onDelete: .cascade)
                table.column("kind", .text).notNull()
                table.column("target", .text).notNull()
                table.column("taken_at", .integer).notNull()
                table.column("body", .text).notNull()
                table.primaryKey(["run_id", "kind"])
            }
            try database.create(
                index: "sample_by_target", on: "sample", columns: ["kind", "target", "taken_at"])
        }
        return migrator
    }
}
