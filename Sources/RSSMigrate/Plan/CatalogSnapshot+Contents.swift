extension CatalogSnapshot {
    /// What the query of the catalog gives.
    package struct Contents: Sendable, Codable, Equatable {
        /// `server_version_num`.
        package var serverVersion: Int
        /// The session's `TimeZone`.
        package var timeZone: String
        /// The schemas of the search path that exist.
        package var searchPath: [String]
        /// Tables, views and sequences.
        package var relations: [Relation]
        /// Indexes.
        package var indexes: [Index]
        /// Extended statistics.
        package var statistics: [Statistics]
        /// Functions and procedures.
        package var routines: [Routine]
        /// The extensions that the server has; nil where they are not known.
        package var extensions: [Extension]?

        /// Makes the contents of an empty database, or of the one given.
        package init(
            serverVersion: Int = 150_000, timeZone: String = "UTC", searchPath: [String] = ["public"],
            relations: [Relation] = [], indexes: [Index] = [], statistics: [Statistics] = [], routines: [Routine] = [],
            extensions: [Extension]? = nil
        ) {
            self.serverVersion = serverVersion
            self.timeZone = timeZone
            self.searchPath = searchPath
            self.relations = relations
            self.indexes = indexes
            self.statistics = statistics
            self.routines = routines
            self.extensions = extensions
        }
    }
}
