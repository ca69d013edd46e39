import PostgresClient
import RSSCore
import RSSModel

extension Diagnosis {
    /// Whose the schema `rssctl` is, and whether something foreign is on its tables.
    static func bookkeeping(_ connection: PostgresConnection) async throws -> [DiagnosisLine] {
        let owner = try await connection.query(
            "SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = 'rssctl'"
        ).first?.decode(String.self, at: 0)
        guard let owner else {
            return [DiagnosisLine(.info, "bookkeeping", "schema rssctl does not exist yet", "rssctl migrate")]
        }
        let problems = try await BookkeepingTrust.problems(connection)
        if problems.isEmpty {
            return [
                DiagnosisLine(.ok, "bookkeeping", "the schema rssctl belongs to \(owner), and nothing foreign is on it")
            ]
        }
        return problems.map { DiagnosisLine(.critical, "bookkeeping", "\($0.object) \($0.problem)", $0.fix) }
    }
}
