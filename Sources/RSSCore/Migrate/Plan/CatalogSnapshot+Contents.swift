extension CatalogSnapshot {
    /// What the query of the catalog gives.
    public struct Contents: Sendable, Codable, Equatable {
        /// `server_version_num`.
        public var serverVersion: Int
        /// The session's `TimeZone`.
        public var timeZone: String
        /// The schemas of the search path that exist.
        public var searchPath: [String]
        /// Tables, views and sequences.
        public var relations: [Relation]
        /// Indexes.
        public var indexes: [Index]
        /// Extended statistics.
        public var statistics: [Statistics]
        /// Functions and procedures.
        public var routines: [Routine]
        /// The extensions that the server has; nil where they are not known.
        public var extensions: [Extension]?

        /// Makes the contents of an empty database, or of the one told.
        public init(
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
