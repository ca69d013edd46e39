import Foundation
import Glibc
import RSSModel

/// A file that holds a password alone, as systemd credentials and Docker secrets do.
enum SecretFile {
    /// The first line of the file, without its line end, be it LF or CRLF, and without a byte order mark.
    ///
    /// - Throws: ``SettingsError/unusableFile(key:origin:path:reason:)``, also for a file without a password in it.
    static func read(_ part: TargetPart) throws(SettingsError) -> String {
        func unusable(_ reason: String) -> SettingsError {
            .unusableFile(key: part.key.rawValue, origin: part.origin, path: part.value, reason: reason)
        }
        try check(part)
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: part.value))
        } catch {
            throw unusable((error as NSError).localizedDescription)
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw unusable("It is not UTF-8") }
        let scalars = text.unicodeScalars.drop { $0 == "\u{FEFF}" }.prefix { $0 != "\n" && $0 != "\r" }
        let secret = String(String.UnicodeScalarView(scalars))
        guard !secret.isEmpty else { throw unusable("Its first line is empty") }
        guard !secret.utf8.contains(0) else { throw unusable("It holds a NUL character") }
        return secret
    }

    /// Whether a file that a setting names exists and can be read.
    ///
    /// - Throws: ``SettingsError/unusableFile(key:origin:path:reason:)``.
    static func check(_ part: TargetPart) throws(SettingsError) {
        var status = stat()
        var reason: String?
        if stat(part.value, &status) != 0 || access(part.value, R_OK) != 0 {
            reason = String(cString: strerror(errno))
        } else if status.st_mode & S_IFMT == S_IFDIR {
            reason = "It is a folder"
        }
        guard let reason else { return }
        throw .unusableFile(key: part.key.rawValue, origin: part.origin, path: part.value, reason: reason)
    }

    /// What is to be fixed about the mode of a password file; nil when nothing is.
    static func warning(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // These folders are the container's or the service's own, and the files in them readable by intent.
        let isPrivate = ["/run/secrets/", "/run/credentials/"].contains { path.hasPrefix($0) }
        let others: mode_t = isPrivate ? 0o022 : 0o077
        return status.st_mode & others == 0
            ? nil : "\(path) holds a password and others can read or change it: chmod 600 \(path.shellWord)"
    }
}
