import Foundation
import Glibc

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

    /// Begins an archive; what an earlier run left behind unfinished is removed.
    ///
    /// - Throws: ``ArchiveError``.
    init(_ path: String) throws {
        self.path = path
        draft = path + ".part"
        parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if access(path, F_OK) == 0 { throw ArchiveError.exists(folder: path) }
        if mkdir(draft, 0o700) != 0, errno != EEXIST {
            throw ArchiveError.unwritable(path: parent, reason: ArchiveFileWriter.reason)
        }
        descriptor = open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveError.unwritable(path: draft, reason: ArchiveFileWriter.reason) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw ArchiveError.busy(folder: path)
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: draft)) ?? [] { unlink("\(draft)/\(name)") }
    }

    deinit {
        if !isDone {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: draft)) ?? [] {
                unlink("\(draft)/\(name)")
            }
            rmdir(draft)
        }
        close(descriptor)
    }

    /// Writes a small file, to the disk.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func write(_ data: Data, as name: String) throws {
        let file = "\(draft)/\(name)"
        func failed() -> ArchiveError { .unwritable(path: file, reason: ArchiveFileWriter.reason) }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed() }
        defer { close(descriptor) }
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed() }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failed() }
    }

    /// Removes an archive: the files that its manifest names, and nothing else.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    static func remove(_ folder: String, _ manifest: ArchiveManifest) throws {
        for name in manifest.contents.map(\.file.name) + [ArchiveManifest.sumsName, ArchiveManifest.name] {
            unlink("\(folder)/\(name)")
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
