extension CatalogSnapshot {
    /// A table, view or sequence.
    public struct Relation: Sendable, Codable, Equatable {
        /// The kinds, by `pg_class.relkind`.
        public enum Kind: String, Sendable, Codable {
            case table = "r"
            case partitionedTable = "p"
            case view = "v"
            case materializedView = "m"
            case foreignTable = "f"
            case sequence = "S"
        }

        /// The name, with its schema.
        public var name: RelationName
        /// What it is.
        public var kind: Kind
        /// An estimate of its rows; nil for what holds none itself.
        public var rows: Int64?
        /// Bytes with indexes and TOAST, as of the last VACUUM or ANALYZE.
        public var bytes: Int64
        /// The columns in order.
        public var columns: [Column]
        /// The constraints.
        public var constraints: [Constraint]
        /// The tables that it is a partition of, or inherits from.
        public var parents: [RelationName]
        /// Whether it is a partition.
        public var isPartition: Bool
        /// Whether it is the DEFAULT partition.
        public var isDefaultPartition: Bool
        /// The relations that a view reads.
        public var sources: [RelationName]
        /// The columns that a view reads, where they are known.
        public var reads: [ColumnReference]?
        /// The columns of the partition key; nil for what is not partitioned.
        public var partitionKey: [String]?

        /// Makes a relation.
        public init(
            _ name: RelationName, kind: Kind = .table, rows: Int64? = nil, bytes: Int64 = 0, columns: [Column] = [],
            constraints: [Constraint] = [], parents: [RelationName] = [], isPartition: Bool = false,
            isDefaultPartition: Bool = false, sources: [RelationName] = [], partitionKey: [String]? = nil
        ) {
            self.name = name
            self.kind = kind
            self.rows = rows
            self.bytes = bytes
            self.columns = columns
            self.constraints = constraints
            self.parents = parents
            self.isPartition = isPartition
            self.isDefaultPartition = isDefaultPartition
            self.sources = sources
            self.partitionKey = partitionKey
        }

        /// A column by its name.
        public func column(_ name: String) -> Column? { columns.first { $0.name == name } }
        /// A constraint by its name.
        public func constraint(_ name: String) -> Constraint? { constraints.first { $0.name == name } }
    }

    /// A column as another object uses it.
    public struct ColumnReference: Sendable, Codable, Equatable {
        /// The table.
        public var relation: RelationName
        /// The column.
        public var column: String
    }

    /// An extension that the server has.
    public struct Extension: Sendable, Codable, Equatable {
        /// The name.
        public var name: String
        /// Whether the database has it.
        public var isInstalled: Bool
        /// Whether the role may make it.
        public var mayCreate: Bool

        /// Makes an extension.
        public init(_ name: String, isInstalled: Bool, mayCreate: Bool) {
            self.name = name
            self.isInstalled = isInstalled
            self.mayCreate = mayCreate
        }
    }

    /// A column of a relation.
    public struct Column: Sendable, Codable, Equatable {
        /// The name.
        public var name: String
        /// The type as `format_type` writes it: `character varying(50)`.
        public var type: String
        /// Whether it is NOT NULL.
        public var isNotNull: Bool
        /// Whether it has a default, or is generated.
        public var hasDefault: Bool
        /// Whether the type is a domain.
        public var isDomain: Bool

        /// Makes a column.
        public init(
            _ name: String, type: String, isNotNull: Bool = false, hasDefault: Bool = false, isDomain: Bool = false
        ) {
            self.name = name
            self.type = type
            self.isNotNull = isNotNull
            self.hasDefault = hasDefault
            self.isDomain = isDomain
        }
    }

    /// A constraint of a table.
    public struct Constraint: Sendable, Codable, Equatable {
        /// The kinds, by `pg_constraint.contype`.
        public enum Kind: String, Sendable, Codable {
            case check = "c"
            case foreignKey = "f"
            case primaryKey = "p"
            case unique = "u"
            case exclusion = "x"
        }

        /// The name.
        public var name: String
        /// What it is.
        public var kind: Kind
        /// The columns it is about.
        public var columns: [String]
        /// Whether existing rows were looked at.
        public var isValidated: Bool
        /// As `pg_get_constraintdef` writes it.
        public var definition: String
        /// The table that a foreign key refers to.
        public var references: RelationName?
        /// The columns there.
        public var referencedColumns: [String]?

        /// Makes a constraint.
        public init(
            _ name: String, kind: Kind, columns: [String] = [], isValidated: Bool = true, definition: String = "",
            references: RelationName? = nil, referencedColumns: [String]? = nil
        ) {
            self.name = name
            self.kind = kind
            self.columns = columns
            self.isValidated = isValidated
            self.definition = definition
            self.references = references
            self.referencedColumns = referencedColumns
        }
    }

    /// An index.
    public struct Index: Sendable, Codable, Equatable {
        /// The name, with its schema.
        public var name: RelationName
        /// Its table.
        public var table: RelationName
        /// Columns and expressions of the key, as SQL writes them.
        public var columns: [String]
        /// Every column that it needs, those of expressions, of INCLUDE and of WHERE too, where they are known.
        public var uses: [String]?
        /// The access method, `btree`.
        public var method: String
        /// Whether it is unique.
        public var isUnique: Bool
        /// Whether it is the primary key's.
        public var isPrimary: Bool
        /// Whether queries may use it.
        public var isValid: Bool
        /// Whether it has a WHERE.
        public var isPartial: Bool
        /// Its size as of the last VACUUM.
        public var bytes: Int64

        /// Makes an index.
        public init(
            _ name: RelationName, table: RelationName, columns: [String], method: String = "btree",
            isUnique: Bool = false, isPrimary: Bool = false, isValid: Bool = true, isPartial: Bool = false,
            bytes: Int64 = 0
        ) {
            self.name = name
            self.table = table
            self.columns = columns
            self.method = method
            self.isUnique = isUnique
            self.isPrimary = isPrimary
            self.isValid = isValid
            self.isPartial = isPartial
            self.bytes = bytes
        }
    }

    /// Statistics over several columns, made by CREATE STATISTICS.
    public struct Statistics: Sendable, Codable, Equatable {
        /// The name, with its schema.
        public var name: RelationName
        /// The table.
        public var table: RelationName
        /// The columns, where they are known.
        public var columns: [String]?
    }

    /// A function or procedure.
    public struct Routine: Sendable, Codable, Equatable {
        /// The name, with its schema.
        public var name: RelationName
        /// The types of its input arguments.
        public var arguments: [String]
        /// How many of the last ones have a default.
        public var defaults: Int
        /// Whether it is VOLATILE.
        public var isVolatile: Bool

        /// Makes a routine.
        public init(_ name: RelationName, arguments: [String] = [], defaults: Int = 0, isVolatile: Bool = true) {
            self.name = name
            self.arguments = arguments
            self.defaults = defaults
            self.isVolatile = isVolatile
        }
    }
}
