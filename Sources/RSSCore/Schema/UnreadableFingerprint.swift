import RSSModel

/// The fingerprint that is kept for a version cannot be read, so that nothing is known of drift.
package struct UnreadableFingerprint: ReportableError, Equatable {
    /// The version.
    let version: MigrationVersion
    /// Why not.
    let reason: String

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-MIGRATE-032", exit: .failed,
            message: "blind: the fingerprint of version \(version) is damaged", detail: "It is invalid: \(reason).",
            hint:
                "Delete it: DELETE FROM rssctl.schema_fingerprint WHERE version = \(version); then take a new one: rssctl migrate"
        )
    }
}
