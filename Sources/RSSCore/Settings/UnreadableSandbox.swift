import RSSModel

/// The note of a sandbox's ports and passwords cannot be read.
package struct UnreadableSandbox: ReportableError, Equatable {
    /// The file.
    package let path: String
    /// Why not.
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-SANDBOX-005", exit: .failed, message: "\(path) cannot be read", detail: reason,
            hint: "Put the file back, or use another folder: RSSCTL_SANDBOX=FOLDER rssctl sandbox up")
    }
}
