import Foundation
import Glibc
import RSSCore
import RSSSystem

/// The folder of an archive while it is written: beside its place, under a name of its own, and moved there as a whole.
/// So there is a whole archive or none, whatever happens.
final class ArchiveFolder {
    /// Where the archive will be.
    let path: String
    /// Where it is written.
    let draft: String
    private let parent: String
    private let descriptor: Int32
    private var isDone = false

    /// The folder of a partition's archive below another.
    static func path(below folder: String, database: String, _ partition: RelationName) -> String {
        let name = [database, partition.schema ?? "public", partition.name].map(fileName).joined(separator: ".")
        // A file's name has at most 255 bytes, and the draft's is longer.
        let short = name.count <= 200 ? name : "\(name.prefix(160)).\(Digest.sha256.hex(name.utf8).prefix(32))"
        return "\(folder)/\(short)"
    }

    /// A name as a part of a file's: what is not a letter, digit, hyphen or underscore is written by its bytes.
    static func fileName(_ name: String) -> String {
        name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                String(UnicodeScalar(byte))
            default: "%" + Digest.text([byte])
            }
        }.joined()
    }

    /// Begins an archive; an unfinished one of an earlier run is removed.
    ///
    /// - Throws: ``ArchiveError``.
    init(_ path: String) throws {
        self.path = path
        draft = path + ".part"
        parent = FilePath.folder(of: path)
        if access(path, F_OK) == 0 { throw ArchiveError.exists(folder: path) }
        // Set last: of one that could not be claimed, nothing is removed.
        descriptor = try Self.claim(draft, of: path)
        Self.clear(descriptor)
    }

    /// Makes and locks the folder of a draft, or takes over what a run that was killed left of one.
    private static func claim(_ draft: String, of path: String) throws -> Int32 {
        if mkdir(draft, 0o700) != 0, errno != EEXIST {
            throw ArchiveError.unwritable(path: FilePath.folder(of: path), reason: ArchiveFileWriter.reason)
        }
        // What is in it is removed: neither through a link, nor in a folder that another user put there.
        let descriptor = open(draft, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveError.unwritable(path: draft, reason: ArchiveFileWriter.reason) }
        do {
            var (status, named) = (stat(), stat())
            guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(), fchmod(descriptor, 0o700) == 0 else {
                throw ArchiveError.unwritable(path: draft, reason: "it belongs to \(UserName.of(status.st_uid))")
            }
            // The run that had it may have moved it to its place meanwhile: then it is a whole archive by now.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, lstat(draft, &named) == 0, named.st_ino == status.st_ino
            else { throw ArchiveError.busy(folder: path) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Removes the files of the folder that is open, whatever has its name by now.
    private static func clear(_ descriptor: Int32) {
        // A file that stays is met again when one is written or the folder is removed, which says so.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(descriptor)")) ?? []
        for name in names { unlinkat(descriptor, name, 0) }
    }

    deinit {
        if !isDone {
            Self.clear(descriptor)
            rmdir(draft)
        }
        close(descriptor)
    }

    /// Writes a small file, to the disk.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func write(_ data: Data, as name: String) throws {
        let file = "\(draft)/\(name)"
        do throws(FileError) {
            try WholeFile.write(data, to: file, mode: .exactly(0o600), replaces: false)
        } catch {
            throw ArchiveError.unwritable(path: file, reason: error.reason)
        }
    }

    /// Removes an archive: the files that its manifest names, and nothing else. An archive with another manifest stays.
    ///
    /// - Parameter manifest: what was read there, and compared with the digest that is recorded.
    /// - Throws: ``ArchiveError``.
    static func remove(_ folder: String, _ manifest: ArchiveManifest) throws {
        guard try ArchiveManifest(folder: folder) == manifest else {
            throw ArchiveError.mismatch(
                relation: manifest.partition.quoted, problem: "\(folder) is another archive by now")
        }
        // Not through a link that has its name by now.
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveError.unwritable(path: folder, reason: ArchiveFileWriter.reason) }
        defer { close(descriptor) }
        for name in manifest.contents.map(\.file.name) + [ArchiveManifest.sumsName, ArchiveManifest.name] {
            unlinkat(descriptor, name, 0)
        }
        guard rmdir(folder) == 0 else {
            throw ArchiveError.unwritable(path: folder, reason: ArchiveFileWriter.reason)
        }
    }

    /// Moves the archive to its place, to the disk.
    ///
    /// - Throws: ``ArchiveError``.
    func publish() throws {
        guard fsync(descriptor) == 0 else {
            throw ArchiveError.unwritable(path: draft, reason: ArchiveFileWriter.reason)
        }
        // A folder that is there is replaced only when it is empty.
        guard rename(draft, path) == 0 else {
            if errno == ENOTEMPTY || errno == EEXIST { throw ArchiveError.exists(folder: path) }
            throw ArchiveError.unwritable(path: path, reason: ArchiveFileWriter.reason)
        }
        isDone = true
        let above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else { throw ArchiveError.unwritable(path: parent, reason: ArchiveFileWriter.reason) }
        defer { close(above) }
        guard fsync(above) == 0 else { throw ArchiveError.unwritable(path: parent, reason: ArchiveFileWriter.reason) }
    }
}
