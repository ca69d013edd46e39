import Foundation
import Glibc

/// A password for a program of PostgreSQL's, in a file without a name that the program inherits: it is in no environment,
/// and gone with the processes, however they end.
package final class PasswordFile {
    /// Open in this process, to be passed on under the same number.
    package let descriptor: Int32

    /// What `PGPASSFILE` is set to.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// Makes the file.
    ///
    /// - Throws: ``SubprocessError``, `CocoaError`.
    package init(_ password: String) throws {
        let url = try Subprocess.temporaryFile("pass")
        defer { unlink(url.path) }
        descriptor = open(url.path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        let escaped = password.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
        let line = Array("*:*:*:*:\(escaped)\n".utf8)
        guard descriptor >= 0, write(descriptor, line, line.count) == line.count else {
            throw SubprocessError.noTemporaryFile(url.path, reason: String(cString: strerror(errno)))
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
