/// Brings rows into an archive's file on a thread of its own, so that the server continues while they are sorted into
/// columns and compressed.
actor ArchivePump {
    private let writer: ArchiveFileWriter
    private var blocks: ColumnBlockWriter

    /// Opens a new file for rows with that many columns.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    init(_ name: String, in folder: String, columns: Int) throws {
        let writer = try ArchiveFileWriter(name, in: folder)
        self.writer = writer
        blocks = ColumnBlockWriter(columns: columns) { try writer.write($0) }
    }

    /// Takes portions of COPY's text.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func feed(_ portions: [[UInt8]]) throws {
        for portion in portions { try portion.withUnsafeBytes { try blocks.feed($0) } }
    }

    /// Ends the file and brings it to the disk.
    ///
    /// - Returns: the file, and the digest of the rows as they came.
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func finish() throws -> (file: ArchivedFile, digest: ContentDigest) {
        try blocks.finish()
        return (try writer.finish(), ContentDigest(rows: blocks.digest.rows, sum: blocks.digest.text))
    }
}
