import Glibc

/// The parts of a path, by its bytes, as POSIX's dirname and basename have them.
///
/// Foundation's own (`NSString.deletingLastPathComponent`) ends the program on a path of one character.
package enum FilePath {
    /// The folder that a path's last part is in: `/a` of `/a/b`, `.` of `b`, `/` of `/`.
    package static func folder(of path: String) -> String {
        let parts = trimmed(path)
        guard let slash = parts.lastIndex(of: UInt8(ascii: "/")) else {
            return parts.isEmpty && path.utf8.first == UInt8(ascii: "/") ? "/" : "."
        }
        let folder = trimmed(parts[..<slash])
        return folder.isEmpty ? "/" : String(decoding: folder, as: UTF8.self)
    }

    /// The last part of a path: `b` of `/a/b` and of `b/`, `/` of `/`.
    package static func name(of path: String) -> String {
        let parts = trimmed(path)
        let start = parts.lastIndex(of: UInt8(ascii: "/")).map { parts.index(after: $0) } ?? parts.startIndex
        let name = parts[start...]
        return name.isEmpty && path.utf8.first == UInt8(ascii: "/") ? "/" : String(decoding: name, as: UTF8.self)
    }

    /// A path from the root on, without `.`, `..` and doubled slashes; links are not followed.
    package static func absolute(_ path: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : "\(currentFolder)/\(path)"
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The same path without links; nil when it leads nowhere.
    package static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static var currentFolder: String { resolved(".") ?? "/" }

    /// The bytes of a path without the slashes at its end.
    private static func trimmed(_ path: some StringProtocol) -> ArraySlice<UInt8> { trimmed(Array(path.utf8)[...]) }

    private static func trimmed(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = path.lastIndex { $0 != UInt8(ascii: "/") }.map { path.index(after: $0) } ?? path.startIndex
        return path[path.startIndex..<end]
    }
}
