import Glibc
import RSSModel

/// The folder that a policy names for archives, checked on this machine: cron would find out only when the first partition is
/// to be dropped, months later.
package enum ArchivePlace {
    /// Why archives cannot be put into a folder; nil where they can, and for what is not an absolute path, which the policy's own
    /// check refuses.
    package static func problem(_ folder: String) -> String? {
        guard PartitionPolicy.isFolder(folder) else { return nil }
        var status = stat()
        guard stat(folder, &status) == 0 else {
            return errno == ENOENT ? "it does not exist" : String(cString: strerror(errno))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "it is not a folder" }
        // With the rights that a file would be made with, not those of the user who called a setuid program.
        return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 ? nil : String(cString: strerror(errno))
    }

    /// Refuses a folder that archives cannot be put into, or warns of it.
    ///
    /// - Parameter refuses: false for a dry run, and for what is written for many machines.
    ///
    /// - Throws: ``PolicyError/archivePlace(_:reason:)``.
    package static func check(_ folder: String, refuses: Bool, progress: ProgressReporter) throws {
        guard let reason = problem(folder) else { return }
        let error = PolicyError.archivePlace(folder, reason: reason)
        if refuses { throw error }
        progress(
            .warning("\(error.report.message): \(reason); it must be there where rssctl partition maintain runs"))
    }
}
