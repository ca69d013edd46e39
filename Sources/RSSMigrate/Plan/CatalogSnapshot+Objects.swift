import RSSCore

extension CatalogSnapshot {
    /// A table, view or sequence.
    package struct Relation: Sendable, Codable, Equatable {
        /// The kinds, by `pg_class.relkind`.
        package enum Kind: String, Sendable, Codable {
            case table = "r"
            case partitionedTable = "p"
            case view = "v"
            case materializedView = "m"
            case foreignTable = "f"
            case sequence = "S"
        }

        /// The name, with its schema.
        package var name: RelationName
        /// What it is.
        package var kind: Kind
        /// An estimate of its rows; nil for what holds none itself.
        package var rows: Int64?
        /// Bytes with indexes and TOAST, as of the last VACUUM or ANALYZE.
        package var bytes: Int64
        /// The columns in order.
        package var columns: [Column]
        /// The constraints.
        package var constraints: [Constraint]
        /// The tables that it is a partition of, or inherits from.
        package var parents: [RelationName]
        /// Whether it is a partition.
        package var isPartition: Bool
        /// Whether it is the DEFAULT partition.
        package var isDefaultPartition: Bool
        /// The relations that a view reads.
        package var sources: [RelationName]
        /// The columns that a view reads, where they are known.
        package var reads: [ColumnReference]?
        /// The columns of the partition key; nil for what is not partitioned.
        package var partitionKey: [String]?

        /// Makes a relation.
        package init(
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
        package func column(_ name: String) -> Column? { columns.first { $0.name == name } }
        /// A constraint by its name.
        package func constraint(_ name: String) -> Constraint? { constraints.first { $0.name == name } }
    }

    /// A column as another object uses it.
    package struct ColumnReference: Sendable, Codable, Equatable {
        /// The table.
        package var relation: RelationName
        /// The column.
        package var column: String
    }

    /// An extension that the server has.
    package struct Extension: Sendable, Codable, Equatable {
        /// The name.
        package var name: String
        /// Whether the database has it.
        package var isInstalled: Bool
        /// Whether the role may make it.
        package var mayCreate: Bool

        /// Makes an extension.
        package init(_ name: String, isInstalled: Bool, mayCreate: Bool) {
            self.name = name
            self.isInstalled = isInstalled
            self.mayCreate = mayCreate
        }
    }

    /// A column of a relation.
    package struct Column: Sendable, Codable, Equatable {
        /// The name.
        package var name: String
        /// The type as `format_type` writes it: `character varying(50)`.
        package var type: String
        /// Whether it is NOT NULL.
        package var isNotNull: Bool
        /// Whether it has a default, or is generated.
        package var hasDefault: Bool
        /// Whether the type is a domain.
        package var isDomain: Bool

        /// Makes a column.
        package init(
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
    package struct Constraint: Sendable, Codable, Equatable {
        /// The kinds, by `pg_constraint.contype`.
        package enum Kind: String, Sendable, Codable {
            case check = "c"
            case foreignKey = "f"
            case primaryKey = "p"
            case unique = "u"
            case exclusion = "x"
        }

        /// The name.
        package var name: String
        /// What it is.
        package var kind: Kind
        /// The columns it is about.
        package var columns: [String]
        /// Whether existing rows were checked.
        package var isValidated: Bool
        /// As `pg_get_constraintdef` writes it.
        package var definition: String
        /// The table that a foreign key refers to.
        package var references: RelationName?
        /// The columns there.
        package var referencedColumns: [String]?

        /// Makes a constraint.
        package init(
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
    package struct Index: Sendable, Codable, Equatable {
        /// The name, with its schema.
        package var name: RelationName
        /// Its table.
        package var table: RelationName
        /// Columns and expressions of the key, as SQL writes them.
        package var columns: [String]
        /// Every column that it needs, those of expressions, of INCLUDE and of WHERE too, where they are known.
        package var uses: [String]?
        /// The access method, `btree`.
        package var method: String
        /// Whether it is unique.
        package var isUnique: Bool
        /// Whether it is the primary key's.
        package var isPrimary: Bool
        /// Whether queries may use it.
        package var isValid: Bool
        /// Whether it has a WHERE.
        package var isPartial: Bool
        /// Its size as of the last VACUUM.
        package var bytes: Int64

        /// Makes an index.
        package init(
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
    package struct Statistics: Sendable, Codable, Equatable {
        /// The name, with its schema.
        package var name: RelationName
        /// The table.
        package var table: RelationName
        /// The columns, where they are known.
        package var columns: [String]?
    }

    /// A function or procedure.
    package struct Routine: Sendable, Codable, Equatable {
        /// The name, with its schema.
        package var name: RelationName
        /// The types of its input arguments.
        package var arguments: [String]
        /// How many of the last ones have a default.
        package var defaults: Int
        /// Whether it is VOLATILE.
        package var isVolatile: Bool

        /// Makes a routine.
        package init(_ name: RelationName, arguments: [String] = [], defaults: Int = 0, isVolatile: Bool = true) {
            self.name = name
            self.arguments = arguments
            self.defaults = defaults
            self.isVolatile = isVolatile
        }
    }
}
