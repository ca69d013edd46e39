/// A place in a script; line and column count from 1, columns in characters as PostgreSQL counts them.
package struct ScriptPosition: Sendable, Hashable {
    /// Line, from 1.
    package var line: Int
    /// Column in characters (Unicode scalars), from 1.
    package var column: Int

    /// Makes a position.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Finds lines and columns in UTF-8 text.
package struct LineMap: Sendable {
    private let bytes: [UInt8]
    /// The offset at which each line begins.
    private let starts: [Int]

    /// Reads where the lines of a text begin. A line ends with LF, CR LF or CR.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == .lineFeed || byte == .carriageReturn && !(index < bytes.count && bytes[index] == .lineFeed) {
                starts.append(index)
            }
        }
        self.starts = starts
    }

    /// Line and column of a byte; an offset past the end is the end.
    package func position(at offset: Int) -> ScriptPosition {
        let offset = min(max(0, offset), bytes.count)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let characters = bytes[starts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return ScriptPosition(line: low + 1, column: characters + 1)
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
}
