import Foundation

/// The counters of a server and a database at one time, as they are kept for later runs to compare with.
package struct CounterSample: Sendable, Codable, Equatable {
    /// A group of counters that are reset together.
    package struct Group: Sendable, Codable, Equatable {
        /// Since when they count; nil where the server does not say.
        package var since: Date?
        /// The counters by name.
        package var values: [String: Double]

        package init(since: Date? = nil, values: [String: Double]) {
            self.since = since
            self.values = values
        }
    }

    /// The counters of many objects: tables, statements.
    package struct Rows: Sendable, Codable, Equatable {
        /// The names of the counters.
        package var names: [String]
        /// The counters of each object, in the order of the names.
        package var values: [String: [Double]]
        /// Whether there were more objects than are kept: those with the largest counters are.
        package var isCut: Bool

        package init(names: [String], values: [String: [Double]], isCut: Bool) {
            self.names = names
            self.values = values
            self.isCut = isCut
        }
    }

    /// When it was read, by the server's clock.
    package var takenAt: Date
    /// When the server was started.
    package var startedAt: Date
    /// The OID of the database.
    package var database: Int64
    /// Settings that judgements need: `max_wal_size` in MB, `work_mem` in kB.
    package var settings: [String: Double]
    /// Groups by name: `database`, `checkpoints`, `wal`.
    package var groups: [String: Group]
    /// Tables by their name with the schema.
    package var tables: Rows
    /// Statements by queryid; nil where the session could not read them.
    package var statements: Rows?

    package init(
        takenAt: Date, startedAt: Date, database: Int64, settings: [String: Double] = [:],
        groups: [String: Group] = [:], tables: Rows = Rows(names: [], values: [:], isCut: false),
        statements: Rows? = nil
    ) {
        self.takenAt = takenAt
        self.startedAt = startedAt
        self.database = database
        self.settings = settings
        self.groups = groups
        self.tables = tables
        self.statements = statements
    }

    /// The text that the journal keeps.
    package func encoded() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    /// Reads the text of the journal; nil for one of another version.
    package init?(encoded text: String) {
        guard let sample = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
            return nil
        }
        self = sample
    }
}
