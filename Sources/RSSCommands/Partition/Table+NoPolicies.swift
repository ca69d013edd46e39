import RSSModel

extension Table {
    /// The note for a database in which no table has a policy.
    static let withoutPolicies = "No policies: no table of this database is maintained."

    /// The result of a command on all tables that have a policy, where none has.
    static var noPolicies: Table {
        Table(
            columns: [Column("table")], rows: [],
            emptyMessage:
                "\(withoutPolicies) To derive one from partitions: rssctl partition policy adopt --all; to set one: rssctl partition policy set TABLE"
        )
    }
}
