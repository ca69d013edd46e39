/// A session of the database that blocks a lock request, as pg_stat_activity shows it.
package struct BlockingSession: Sendable, Codable, Equatable, CustomStringConvertible {
    /// The backend's process id.
    package var pid: Int32
    /// The role; nil where it is not visible.
    package var user: String?
    /// The session's `application_name`; empty when it gave none.
    package var application: String
    /// `active`, `idle in transaction`, …; nil where it is not visible.
    package var state: String?
    /// How long its transaction has been open, in seconds.
    package var seconds: Double
    /// The statement it runs, or ran last, cut at 120 characters.
    package var query: String

    /// Makes one.
    package init(pid: Int32, user: String?, application: String, state: String?, seconds: Double, query: String) {
        self.pid = pid
        self.user = user
        self.application = application
        self.state = state
        self.seconds = seconds
        self.query = query
    }

    /// `pid 4711, app, psql, idle in transaction, transaction open for 12 s: SELECT …`
    package var description: String {
        var parts = ["pid \(pid)"]
        if let user { parts.append(user) }
        parts.append(application.isEmpty ? "no application name" : application)
        if let state { parts.append(state) }
        parts.append("transaction open for \(Int(seconds.rounded())) s")
        return parts.joined(separator: ", ") + (query.isEmpty ? "" : ": \(query)")
    }
}
