/// What a file is, told by its first bytes and never by its name: names are lost in pipes, and lie.
enum InputFormat: Equatable {
    /// None of the others: text, or so it is taken.
    case plain
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd

    /// Looks at the first bytes of a file.
    init(_ start: [UInt8]) {
        self =
            if start.starts(with: [0x1F, 0x8B]) {
                .gzip
            } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
                .zstd
            } else if start.count >= 4, start[0] & 0xF0 == 0x50, start[1...3] == [0x2A, 0x4D, 0x18] {
                // A frame that decompressors pass over; pzstd begins with one.
                .zstd
            } else {
                .plain
            }
    }
}
