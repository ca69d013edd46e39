extension PostgresConnection {
    /// Whether something was established about the session's database before, in this session.
    package func isMarked(_ fact: String) -> Bool { marks.contains(fact) }

    /// Notes that something was established about the session's database, and need not be asked again.
    package func mark(_ fact: String) { marks.insert(fact) }
}
