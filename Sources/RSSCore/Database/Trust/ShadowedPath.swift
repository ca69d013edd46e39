import PostgresClient
import RSSModel

/// Statements of the user's own would run with a path on which another role has put a function or operator that PostgreSQL may
/// choose in place of its own (CVE-2018-1058).
struct ShadowedPath: ReportableError, Equatable {
    /// `OPERATOR public.=(oid,regclass)`, as DROP takes it.
    let object: String
    /// The role that owns it.
    let owner: String
    /// The path.
    let path: String

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-023", exit: .permission,
            message: "on the path \(path), \(object) of role \(owner) can take the place of PostgreSQL's own",
            detail: "It would run with the rights of this session.",
            hint: "Drop it: DROP \(object); and, so that none is made again: REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        )
    }
}

extension PostgresConnection {
    /// Refuses a path on which a role with no right to it could have its code run by this session.
    ///
    /// - Throws: ``ShadowedPath``, `PostgresError`.
    package func refuseShadows(on path: String) async throws {
        let row = try await query(
            SQLResource(PackageResources.path_shadows_sql).text, [SearchPath(path).schemas]
        ).first
        guard let (object, owner) = try row?.decode(String.self, String.self) else { return }
        throw ShadowedPath(object: object, owner: owner, path: path)
    }
}
