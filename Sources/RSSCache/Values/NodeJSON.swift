/// A jsonb value as the backend writes it into the cache: `JSON.stringify(JSON.parse(text))`.
///
/// The blanks that jsonb puts after `:` and `,` are left out; numbers are JavaScript's; members whose names look like an array
/// index come first, in order. Strings are escaped alike by both, so they are copied.
enum NodeJSON {
    /// A list or an object that is open.
    private struct Frame {
        let isObject: Bool
        /// Where in the output its content begins.
        let start: Int
        /// Where among the members its own begin.
        let firstMember: Int
        var hasIndex = false
        var expectsName = true
    }

    /// Where in the output a member begins, and the number that its name is.
    private typealias Member = (start: Int, index: UInt32?)

    /// Converts the text that PostgreSQL writes for a jsonb value.
    static func stringify(jsonb text: String) -> String {
        var output: [UInt8] = []
        append(Array(text.utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The same, appended; not recursive, because jsonb nests deeper than a thread's stack.
    static func append(_ input: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + input.count)
        var frames: [Frame] = []
        var members: [Member] = []
        var index = 0
        while index < input.count {
            let byte = input[index]
            switch byte {
            case UInt8(ascii: " "): index += 1
            case UInt8(ascii: "\""):
                let end = endOfString(input, index)
                if let frame = frames.last, frame.isObject, frame.expectsName {
                    let number = arrayIndex(input[(index + 1)..<max(index + 1, end - 1)])
                    members.append((output.count, number))
                    frames[frames.count - 1].expectsName = false
                    if number != nil { frames[frames.count - 1].hasIndex = true }
                }
                output += input[index..<end]
                index = end
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                output.append(byte)
                frames.append(
                    Frame(isObject: byte == UInt8(ascii: "{"), start: output.count, firstMember: members.count))
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if let frame = frames.popLast() {
                    if frame.hasIndex { sort(members[frame.firstMember...], from: frame.start, &output) }
                    members.removeSubrange(frame.firstMember...)
                }
                output.append(byte)
                index += 1
            case UInt8(ascii: ","):
                if !frames.isEmpty { frames[frames.count - 1].expectsName = true }
                output.append(byte)
                index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let end = input[index...].firstIndex { !isPartOfNumber($0) } ?? input.count
                JavaScriptNumber.append(input[index..<end], to: &output)
                index = end
            default:
                output.append(byte)
                index += 1
            }
        }
    }

    /// The position after the string that begins at a quote.
    private static func endOfString(_ input: [UInt8], _ start: Int) -> Int {
        var index = start + 1
        while index < input.count, input[index] != UInt8(ascii: "\"") {
            index += input[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, input.count)
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }

    /// The number of a name that is an array index (ECMA-262): a canonical number below 2^32 - 1.
    private static func arrayIndex(_ name: ArraySlice<UInt8>) -> UInt32? {
        guard let first = name.first, name.count <= 10, name.allSatisfy({ (0x30...0x39).contains($0) }),
            first != 0x30 || name.count == 1, let number = UInt32(String(decoding: name, as: UTF8.self)),
            number < .max
        else { return nil }
        return number
    }

    /// Puts the members that are array indexes first, by number; the others keep their order.
    private static func sort(_ members: ArraySlice<Member>, from start: Int, _ output: inout [UInt8]) {
        let ends = members.dropFirst().map { $0.start - 1 } + [output.count]
        let parts = zip(members, ends).map { (index: $0.index, bytes: output[$0.start..<$1]) }
        let indexed = parts.filter { $0.index != nil }.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
        let sorted = (indexed + parts.filter { $0.index == nil }).map { Array($0.bytes) }
        output.removeSubrange(start...)
        output += sorted.joined(separator: [UInt8(ascii: ",")])
    }
}
