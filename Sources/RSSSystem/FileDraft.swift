import Foundation
import Glibc
import RSSModel

/// A file that gets its name when it is complete: a file under its name is never incomplete.
///
/// It has no name while it is written (`O_TMPFILE`), so that a process that is killed leaves nothing, and nothing
/// that others put into the folder can take its place. On a file system without that it has a random name, made with
/// `O_EXCL`. Until it is published no one but its owner can read it; then it gets the owner and the mode of the file that
/// it replaces, and file and folder are brought to the disk.
///
/// ```swift
/// let draft = try FileDraft("inventory.csv") { _ in false }
/// try draft.write(bytes)
/// try draft.publish()
/// ```
package final class FileDraft {
    /// Who may read and write the file.
    package enum Mode: Sendable {
        /// As the file that is replaced; a new one by the umask.
        case usual
        /// Exactly so, and owned by the user who runs rssctl.
        case exactly(mode_t)
    }

    /// Where it will be, as the caller named it.
    package let path: String
    /// Open for reading and writing.
    package let descriptor: Int32
    private let target: String
    private let mode: Mode
    private let replaces: (String) -> Bool
    private let existing: stat?
    /// The path of the draft, while it has one.
    private var name: String?

    /// Makes an empty draft beside its place.
    ///
    /// - Parameters:
    ///   - mode: who may read and write the file.
    ///   - replaces: whether an existing file at the path given may be replaced; asked again when the draft is
    ///     published, for one that was put there meanwhile.
    /// - Throws: ``FileError``.
    package init(
        _ path: String, mode: Mode = .usual, replaces: @escaping (String) -> Bool = { _ in true }
    ) throws(FileError) {
        guard let last = path.utf8.last, last != UInt8(ascii: "/") else {
            throw .unwritable(path: path, reason: path.isEmpty ? "it has no name" : "it is a folder")
        }
        let target = try Self.target(of: path)
        existing = try Self.existing(target, path, replaces)
        (self.path, self.target, self.mode, self.replaces) = (path, target, mode, replaces)
        let folder = FilePath.folder(of: target)
        // Without /proc a file that has no name cannot be given one.
        let unnamed =
            access("/proc/self/fd", X_OK) == 0
            ? open(folder, Self.temporary | O_RDWR | O_CLOEXEC, 0o600 as mode_t) : -1
        if unnamed >= 0 {
            descriptor = unnamed
            return
        }
        let draft = Self.randomName(in: folder)
        descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600 as mode_t)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: Self.systemReason) }
        name = draft
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let name { unlink(name) }
    }

    /// Writes bytes after the others.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            rest = rest.dropFirst(count)
        }
    }

    /// Drops what was written.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func restart() throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure }
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Throws: ``FileError``.
    package func publish() throws(FileError) {
        try setOwnerAndMode()
        guard fsync(descriptor) == 0 else { throw failure }
        if existing != nil || !takeFreeName() { try replace() }
        let folder = open(FilePath.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written to and not read cannot be synced by us.
        guard folder >= 0 else { return }
        defer { close(folder) }
        // Some file systems do not sync folders, which fsync says with EINVAL.
        guard fsync(folder) == 0 || errno == EINVAL else { throw failure }
    }

    /// Whether a file has no bytes.
    package static func isEmpty(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == 0
    }

    /// Why a draft may not replace what a path leads to; nil for no reason.
    ///
    /// - Throws: ``FileError``.
    package static func check(_ path: String, replaces: (String) -> Bool) throws(FileError) {
        _ = try existing(target(of: path), path, replaces)
    }

    /// What a path leads to, whether it exists or not; nil for one whose links are not followed.
    package static func resolved(_ path: String) -> String? {
        do throws(FileError) { return try target(of: path) } catch { return nil }
    }

    private func setOwnerAndMode() throws(FileError) {
        let wanted: mode_t
        switch mode {
        case .exactly(let mode): wanted = mode
        case .usual:
            if let existing, keepsOwner(of: existing) {
                // A user who may not change a file's owner remains its owner, with the mode that it had.
                _ = fchown(descriptor, existing.st_uid, existing.st_gid)
                wanted = existing.st_mode & 0o777
            } else {
                wanted = 0o666 & ~Self.umask
            }
        }
        guard fchmod(descriptor, wanted) == 0 else { throw failure }
    }

    /// In a folder that others may write to, another user may have put the file there to own what is published.
    private func keepsOwner(of file: stat) -> Bool {
        var folder = stat()
        return file.st_uid == geteuid()
            || (stat(FilePath.folder(of: target), &folder) == 0 && folder.st_mode & 0o022 == 0)
    }

    /// Takes an unused name; false where it is in use, or the file system has no links.
    private func takeFreeName() -> Bool {
        guard let name else { return link(to: target) }
        guard Glibc.link(name, target) == 0 else { return false }
        unlink(name)
        self.name = nil
        return true
    }

    private func replace() throws(FileError) {
        if name == nil {
            let draft = Self.randomName(in: FilePath.folder(of: target))
            guard link(to: draft) else { throw failure }
            name = draft
        }
        do throws(FileError) {
            _ = try Self.existing(target, path, replaces)
            guard let name, rename(name, target) == 0 else { throw failure }
        } catch {
            if let name { unlink(name) }
            name = nil
            throw error
        }
        name = nil
    }

    private func link(to path: String) -> Bool {
        linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
    }

    /// The file that is in the draft's place.
    private static func existing(
        _ target: String, _ path: String, _ replaces: (String) -> Bool
    ) throws(FileError) -> stat? {
        var status = stat()
        guard lstat(target, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .unwritable(path: path, reason: systemReason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw .unwritable(path: path, reason: isFolder ? "it is a folder" : "it is not a regular file")
        }
        guard replaces(target) else { throw .exists(path: path) }
        guard access(target, W_OK) == 0 else { throw .unwritable(path: path, reason: systemReason) }
        return status
    }

    /// What a path leads to through all links, whether it exists or not. In a folder that all users may write to, only links of
    /// our own, of root, or of the folder's owner are followed, as Linux does (`fs.protected_symlinks`).
    private static func target(of path: String) throws(FileError) -> String {
        var current = path
        for _ in 0..<40 {
            var (status, folder) = (stat(), stat())
            guard lstat(current, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return current }
            let place = FilePath.folder(of: current)
            guard stat(place, &folder) == 0,
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: current)
            else { throw .unwritable(path: path, reason: systemReason) }
            guard folder.st_mode & 0o002 == 0 || [geteuid(), 0, folder.st_uid].contains(status.st_uid) else {
                throw .unwritable(
                    path: path,
                    reason: "it is a link of \(UserName.of(status.st_uid)) in a folder that all may write to")
            }
            current = link.utf8.first == UInt8(ascii: "/") ? link : "\(place)/\(link)"
        }
        throw .unwritable(path: path, reason: "its symbolic links form a loop")
    }

    private static func randomName(in folder: String) -> String {
        "\(folder)/.rssctl-\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
    }

    /// The bits that a new file does not get. Asking the system for it would change it for every thread.
    private static var umask: mode_t {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
        return line?.split(separator: "\t").last.flatMap { mode_t($0, radix: 8) } ?? 0o077
    }

    /// `O_TMPFILE`, a macro of two flags that is not imported.
    private static let temporary: Int32 = 0o20_000_000 | O_DIRECTORY

    private static var systemReason: String { String(cString: strerror(errno)) }

    private var failure: FileError { .unwritable(path: path, reason: Self.systemReason) }
}
