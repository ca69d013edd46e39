/// Makes text of a file that is compressed.
struct Unpacking {
    /// How often a file may be compressed. Twice happens when a folder of packed files is packed; more is a trap.
    private static let depth = 3

    private let file: RandomAccessFile

    /// Takes a file.
    init(_ file: RandomAccessFile) { self.file = file }

    /// Unpacks.
    ///
    /// - Returns: nil for a file that is text as it stands.
    /// - Throws: ``ImportError``, `CancellationError`.
    func run() throws -> TemporaryFile? {
        var packed = file
        var unpacked: TemporaryFile?
        for _ in 0...Self.depth {
            switch InputFormat(try packed.bytes(8, at: 0)) {
            case .plain:
                return unpacked
            case .gzip: unpacked = try Decompression(packed).gzip()
            case .zstd: unpacked = try Decompression(packed).zstd()
            }
            guard let unpacked else { return nil }
            packed = RandomAccessFile(name: file.name, unpacked)
        }
        throw file.damaged("it is compressed more than \(Self.depth) times")
    }
}
