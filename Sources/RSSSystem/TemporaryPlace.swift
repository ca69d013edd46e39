import Glibc

/// Where temporary files are.
package enum TemporaryPlace {
    /// `TMPDIR`, or `/tmp` where that is not set or empty: Foundation takes an empty one for the root folder.
    package static var folder: String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return folder.isEmpty ? "/tmp" : folder
    }
}
