import Foundation
import Glibc
import RSSModel

/// What keeps a file from being read or written.
public enum FileError: ReportableError, Equatable {
    /// It cannot be written.
    case unwritable(path: String, reason: String)
    /// It cannot be read.
    case unreadable(path: String, reason: String)

    public var report: ErrorReport {
        switch self {
        case .unwritable(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-003", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint: "name another place, in a folder that is there and may be written to")
        case .unreadable(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-004", exit: .dataError, message: "\(path) cannot be read", detail: reason,
                hint: "name a file")
        }
    }
}

/// Files that are read and written as a whole.
public enum WholeFile {
    /// Puts content in the place of a file, so that it is there as a whole or not at all. What a link points to is replaced,
    /// and not the link; what is no regular file is left alone, for whoever reads a pipe or a device did not ask for a file
    /// in its place.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(_ data: Data, to path: String) throws(FileError) {
        func failed(_ reason: String) -> FileError { .unwritable(path: path, reason: reason) }
        func failed() -> FileError { failed(String(cString: strerror(errno))) }
        guard let target = target(of: path) else { throw failed("the link goes round in a circle") }
        var status = stat()
        let isThere = stat(target, &status) == 0
        if isThere {
            guard status.st_mode & S_IFMT == S_IFREG else { throw failed("it is no regular file") }
            guard access(target, W_OK) == 0 else { throw failed() }
        }
        let url = URL(fileURLWithPath: target)
        let draft = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent.prefix(100)).\(UUID().uuidString)").path
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failed() }
        // Gone already when all went well.
        defer { unlink(draft) }
        do {
            defer { close(descriptor) }
            if isThere {
                // Whoever may not give a file away keeps it, with the mode that it had.
                _ = fchown(descriptor, status.st_uid, status.st_gid)
                guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else { throw failed() }
            }
            var rest = data[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw failed() }
                rest = rest.dropFirst(count)
            }
            guard fsync(descriptor) == 0 else { throw failed() }
        }
        guard rename(draft, target) == 0 else { throw failed() }
    }

    /// The content of a file.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)`` for a folder, `CocoaError`.
    public static func read(_ path: String) throws -> Data {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw FileError.unreadable(path: path, reason: "it is a folder")
        }
        return try Data(contentsOf: URL(filePath: path))
    }

    /// What a path leads to through all links, be it there or not; nil for a circle.
    private static func target(of path: String) -> String? {
        var current = URL(fileURLWithPath: path).path
        for _ in 0..<40 {
            guard let link = try? FileManager.default.destinationOfSymbolicLink(atPath: current) else { return current }
            let folder = URL(fileURLWithPath: current).deletingLastPathComponent()
            current = URL(fileURLWithPath: link, relativeTo: folder).path
        }
        return nil
    }
}
