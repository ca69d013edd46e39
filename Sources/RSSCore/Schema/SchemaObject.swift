/// One thing that a schema consists of, as the catalog has it, without OIDs.
package struct SchemaObject: Sendable, Hashable, Codable {
    /// What an object is.
    ///
    /// Columns, options, owner and row level security are part of the definition of what they belong to; comments and
    /// grants are objects of their own, so that a difference names them.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case aggregate
        case cast
        case collation
        case comment
        case constraint
        case defaultPrivileges = "default privileges"
        case domain
        case eventTrigger = "event trigger"
        case `extension`
        case foreignDataWrapper = "foreign data wrapper"
        case foreignTable = "foreign table"
        case function
        case grant
        case index
        case language
        case materializedView = "materialized view"
        case `operator`
        case operatorClass = "operator class"
        case operatorFamily = "operator family"
        case policy
        case procedure
        case publication
        case rule
        case schema
        case sequence
        case server
        case statistics
        case table
        case textSearchConfiguration = "text search configuration"
        case textSearchDictionary = "text search dictionary"
        case trigger
        case type
        case view
    }

    /// What it is.
    package let kind: Kind
    /// Its name as SQL quotes it: `public.users`, `users_pkey ON public.users`, `public.f(uuid, text)`.
    package let identity: String
    /// Everything else about it, in lines.
    package let definition: String

    /// Kind and identity: what no two objects of a schema share.
    package struct Name: Hashable {
        let kind: Kind
        let identity: String
    }

    package var name: Name { Name(kind: kind, identity: identity) }

    /// Makes an object.
    package init(kind: Kind, identity: String, definition: String) {
        self.kind = kind
        self.identity = identity
        self.definition = definition
    }
}

extension SchemaObject: Comparable {
    /// By kind, then by identity, byte by byte: the order depends on no collation.
    package static func < (first: SchemaObject, second: SchemaObject) -> Bool {
        if first.kind != second.kind {
            return first.kind.rawValue.utf8.lexicographicallyPrecedes(second.kind.rawValue.utf8)
        }
        return first.identity.utf8.lexicographicallyPrecedes(second.identity.utf8)
    }
}
