import CLibPQ
import Dispatch
import Synchronization

/// Asks the server over a connection of its own, on a thread of its own, what a silent session is doing.
final class SessionInquiry: Sendable {
    /// What the server does with the session.
    enum Finding: Sendable {
        /// It works, or it cannot be seen that it does not.
        case working
        /// It waits for us, as we wait for it: what it sent does not reach us, or what we sent does not reach it.
        case waiting
        /// It has no such session.
        case gone
        /// No other connection is answered either.
        case unreachable

        /// The finding as the detail of an error.
        var explanation: String {
            switch self {
            case .working: "The server is working."
            case .waiting: "The server waits for this session, so something in between does not forward data."
            case .gone: "The server has ended the session."
            case .unreachable: "A new connection is not answered either."
            }
        }
    }

    /// How long the server may take to answer.
    private static let limit = Duration.seconds(10)

    private static let queue = DispatchQueue(label: "postgres.inquiry", attributes: .concurrent)

    private let answer = Mutex<Finding?>(nil)
    private let began = ContinuousClock.now

    /// Begins to ask.
    ///
    /// - Parameter backend: the process id of the session; nil where it is not known, through a pooler.
    init(_ options: ConnectionOptions, backend: Int32?) {
        var keywords = options.effectiveKeywords
        // The thread that waits for the answer abandons the connection, and then the statement.
        keywords["connect_timeout"] = "\(Self.limit.components.seconds - 2)"
        keywords["application_name"] = "rssctl"
        let pairs = keywords.sorted { $0.key < $1.key }
        Self.queue.async {
            let finding = Self.ask(pairs.map(\.key), pairs.map(\.value), backend)
            self.answer.withLock { $0 = finding }
        }
    }

    /// The answer; nil while there may still be one.
    var finding: Finding? {
        answer.withLock { $0 } ?? (began.duration(to: .now) < Self.limit ? nil : .unreachable)
    }

    private static func ask(_ names: [String], _ values: [String], _ backend: Int32?) -> Finding {
        withCStrings(names) { names in
            withCStrings(values) { values in
                let connection = PQconnectdbParams(names, values, 0)
                defer { PQfinish(connection) }
                guard PQstatus(connection) == CONNECTION_OK else {
                    // One that refuses us, for want of a free connection for example, does answer.
                    let reply = PQpingParams(names, values, 0)
                    return reply == PQPING_OK || reply == PQPING_REJECT ? .working : .unreachable
                }
                guard let backend else { return .working }
                let result = PQexec(connection, statement(backend))
                defer { PQclear(result) }
                guard PQresultStatus(result) == PGRES_TUPLES_OK else { return .working }
                guard PQntuples(result) > 0, let value = PQgetvalue(result, 0, 0) else { return .gone }
                return String(cString: value) == "t" ? .waiting : .working
            }
        }
    }

    /// Runs with the path of the role, so that operators are named in full.
    private static func statement(_ backend: Int32) -> String {
        """
        SELECT coalesce(state OPERATOR(pg_catalog.<>) 'active'
                        OR wait_event OPERATOR(pg_catalog.=) 'ClientRead'
                        OR wait_event OPERATOR(pg_catalog.=) 'ClientWrite', false)
        FROM pg_catalog.pg_stat_activity WHERE pid OPERATOR(pg_catalog.=) \(backend)
        """
    }
}
