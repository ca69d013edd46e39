/// A file that is exported to. It gets its name when it is complete.
package final class ExportFile {
    private let file: DraftFile

    /// Makes the file.
    ///
    /// - Parameters:
    ///   - replaces: whether an existing file is replaced.
    ///   - flag: by which another place can be given.
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    package init(_ path: String, replaces: Bool, flag: String = "--to") throws(ImportError) {
        file = try DraftFile(path, flag: replaces ? flag : "\(flag), or replace it with --force") { _ in replaces }
    }

    /// Writes bytes.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    package func write(_ bytes: [UInt8]) throws(ImportError) { try file.write(bytes) }

    /// Brings it to the disk and gives it its name.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    package func publish() throws(ImportError) { try file.publish() }
}
