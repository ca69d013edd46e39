import Glibc

/// Reads an XML part of a workbook element by element, with memory for one element.
///
/// Foundation's parser is not suitable for this: it resolves entities that a hostile file declares, and wants all of the file. What
/// is read here is what spreadsheet programs write: elements, attributes, text, CDATA, the five entities and numbered
/// characters, in UTF-8. A DOCTYPE is refused; no regular workbook has one.
///
/// A value, and not an object, because every access to a property of an object is checked while the program runs, and here
/// there are some for every byte.
struct XMLScanner: ~Copyable {
    /// What comes next.
    enum Event: Equatable {
        /// An element begins; its attributes are available.
        case start(XMLName)
        /// An element ends; an empty one at once.
        case end(XMLName)
    }

    private static let bufferBytes = 64 << 10
    /// Elements within elements; sheets have about ten.
    private static let depthLimit = 256
    /// Bytes of a text, and of the attributes of an element; a cell has 32767 characters at most.
    private static let textLimit = 1 << 20

    /// Whether text is kept at present.
    var collectsText = false
    /// The text since it was cleared.
    private(set) var text: [UInt8] = []

    private let source: ZipEntryReader
    private let failure: (String) -> WorkbookError
    private let buffer: UnsafeMutableRawBufferPointer
    private var (position, end) = (0, 0)
    private var isAtEnd = false
    private var open: [XMLName] = []
    private var hasRoot = false
    private var isEmptyElement = false
    private var attributes: [(name: XMLName, value: Range<Int>)] = []
    private var values: [UInt8] = []

    /// Reads an entry of an archive.
    ///
    /// - Throws: ``WorkbookError``.
    init(_ archive: ZipArchive, _ entry: ZipArchive.Entry) throws(WorkbookError) {
        source = try archive.open(entry)
        failure = { archive.file.damaged("\(entry.name): \($0)") }
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// Forgets the text so far.
    mutating func clearText() { text.removeAll(keepingCapacity: true) }

    /// An attribute of the element that has just begun, by its local name.
    func attribute(_ name: XMLName) -> ArraySlice<UInt8>? {
        for attribute in attributes where attribute.name == name { return values[attribute.value] }
        return nil
    }

    /// The same, as a text.
    func string(_ name: XMLName) -> String? { attribute(name).map { String(decoding: $0, as: UTF8.self) } }

    /// The same, as a whole number from 0.
    func number(_ name: XMLName) -> Int? { string(name).flatMap { Int($0) } }

    /// What comes next; nil at the end, when the whole entry was read and is as it was packed.
    ///
    /// - Throws: ``WorkbookError``, `CancellationError`.
    mutating func next() throws -> Event? {
        if isEmptyElement {
            isEmptyElement = false
            return .end(open.removeLast())
        }
        while try skipToMarkup() {
            switch try byte() {
            case UInt8(ascii: "/"):
                var (name, _, next) = try name()
                while Self.isBlank(next) { next = try byte() }
                guard next == UInt8(ascii: ">"), open.last == name else { throw failure("an element is not closed") }
                return .end(open.removeLast())
            case UInt8(ascii: "?"): try skip(to: "?>")
            case UInt8(ascii: "!"): try declaration()
            case let first: return .start(try element(first))
            }
        }
        guard open.isEmpty, hasRoot else { throw failure("it is truncated") }
        return nil
    }

    // MARK: Bytes

    private mutating func refill() throws -> Bool {
        guard !isAtEnd else { return false }
        position = 0
        end = try source.read(into: buffer)
        isAtEnd = end == 0
        return !isAtEnd
    }

    @inline(__always)
    private mutating func byte() throws -> UInt8 {
        if position == end, try !refill() { throw failure("it is truncated") }
        defer { position += 1 }
        return buffer[position]
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    /// Skips what comes before a mark, and the mark: one character, repeated, and another one.
    private mutating func skip(to mark: StaticString) throws {
        var matched = 0
        while matched < mark.utf8CodeUnitCount {
            let next = try byte()
            if next == mark.utf8Start[matched] {
                matched += 1
            } else if next != mark.utf8Start[0] {
                matched = 0
            }
        }
    }

    // MARK: Text

    /// Reads up to and past the next `<`; false at the end.
    private mutating func skipToMarkup() throws -> Bool {
        while true {
            if position == end, try !refill() { return false }
            if !collectsText {
                // What memchr looks through is what the last refill put there.
                guard let base = buffer.baseAddress,
                    let found = memchr(base + position, Int32(UInt8(ascii: "<")), end - position)
                else {
                    position = end
                    continue
                }
                position = found - base + 1
                return true
            }
            let start = position
            var next: UInt8 = 0
            while position < end {
                next = buffer[position]
                if next == UInt8(ascii: "<") || next == UInt8(ascii: "&") || next == 0x0D || next == 0 { break }
                position += 1
            }
            try take(start)
            if position == end { continue }
            position += 1
            switch next {
            case UInt8(ascii: "<"): return true
            case UInt8(ascii: "&"): text += try entity()
            case 0x0D: try lineBreak()
            default: throw failure("it holds a NUL byte")
            }
        }
    }

    private mutating func take(_ start: Int) throws {
        guard text.count + position - start <= Self.textLimit else { throw failure("a text is longer than 1 MB") }
        text.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[start..<position]))
    }

    /// A carriage return is read as a line feed, alone or with one after it (XML 1.0, 2.11).
    private mutating func lineBreak() throws {
        if position == end, try !refill() { throw failure("it is truncated") }
        if buffer[position] != 0x0A { text.append(0x0A) }
    }

    /// The character that an entity represents, in UTF-8, after its `&`.
    private mutating func entity() throws -> Unicode.UTF8.EncodedScalar {
        var name: [UInt8] = []
        while true {
            let next = try byte()
            if next == UInt8(ascii: ";") { break }
            guard name.count < 10 else { throw failure("an entity is damaged") }
            name.append(next)
        }
        let word = String(decoding: name, as: UTF8.self)
        let value: UInt32? =
            switch word {
            case "lt": 0x3C
            case "gt": 0x3E
            case "amp": 0x26
            case "apos": 0x27
            case "quot": 0x22
            case _ where word.hasPrefix("#x"): UInt32(word.dropFirst(2), radix: 16)
            case _ where word.hasPrefix("#"): UInt32(word.dropFirst())
            default: nil
            }
        guard let value, value > 0, let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else {
            throw failure("it holds the entity &\(word); which is unknown")
        }
        return encoded
    }

    /// A comment, or CDATA, after `<!`.
    private mutating func declaration() throws {
        switch try byte() {
        case UInt8(ascii: "-"):
            guard try byte() == UInt8(ascii: "-") else { throw failure("a comment is damaged") }
            try skip(to: "-->")
        case UInt8(ascii: "["):
            for expected in "CDATA[".utf8 where try byte() != expected { throw failure("a section is damaged") }
            var closing = 0
            while true {
                let next = try byte()
                if next == UInt8(ascii: "]") {
                    closing += 1
                    continue
                }
                if next == UInt8(ascii: ">"), closing >= 2 {
                    if collectsText { text.append(contentsOf: repeatElement(UInt8(ascii: "]"), count: closing - 2)) }
                    return
                }
                guard next != 0 else { throw failure("it holds a NUL byte") }
                if collectsText {
                    guard text.count + closing < Self.textLimit else { throw failure("a text is longer than 1 MB") }
                    text.append(contentsOf: repeatElement(UInt8(ascii: "]"), count: closing))
                    text.append(next)
                }
                closing = 0
            }
        default: throw failure("it holds a DOCTYPE, which no workbook has")
        }
    }

    // MARK: Elements

    /// A name without its prefix, whether the prefix was `xmlns`, and the byte after it.
    private mutating func name(_ first: UInt8? = nil) throws -> (name: XMLName, isNamespace: Bool, next: UInt8) {
        var name = XMLName()
        var isNamespace = false
        var next = try first ?? byte()
        while !Self.isBlank(next), next != UInt8(ascii: ">"), next != UInt8(ascii: "/"), next != UInt8(ascii: "=") {
            guard next > 0x20, next != UInt8(ascii: "<") else { throw failure("a name is damaged") }
            if next == UInt8(ascii: ":") {
                isNamespace = name == "xmlns"
                name = XMLName()
            } else {
                name.append(next)
            }
            next = try byte()
        }
        guard !name.isEmpty else { throw failure("a name is missing") }
        return (name, isNamespace, next)
    }

    private mutating func element(_ first: UInt8) throws -> XMLName {
        guard !open.isEmpty || !hasRoot else { throw failure("there is data after its end") }
        hasRoot = true
        attributes.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        let element = try name(first)
        guard open.count < Self.depthLimit else { throw failure("elements are nested too deep") }
        open.append(element.name)
        var next = element.next
        while true {
            while Self.isBlank(next) { next = try byte() }
            if next == UInt8(ascii: ">") { return element.name }
            if next == UInt8(ascii: "/") {
                guard try byte() == UInt8(ascii: ">") else { throw failure("an element is damaged") }
                isEmptyElement = true
                return element.name
            }
            try attribute(next)
            next = try byte()
        }
    }

    private mutating func attribute(_ first: UInt8) throws {
        let attribute = try name(first)
        var next = attribute.next
        while Self.isBlank(next) { next = try byte() }
        guard next == UInt8(ascii: "=") else { throw failure("an attribute is damaged") }
        repeat { next = try byte() } while Self.isBlank(next)
        let quote = next
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw failure("an attribute is damaged")
        }
        let start = values.count
        var isOpen = true
        while isOpen {
            if position == end, try !refill() { throw failure("it is truncated") }
            let run = position
            while position < end {
                next = buffer[position]
                if next == quote || next == UInt8(ascii: "&") || next == UInt8(ascii: "<") || next == 0 { break }
                position += 1
            }
            guard values.count + position - run < Self.textLimit else {
                throw failure("its attributes are longer than 1 MB")
            }
            values.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[run..<position]))
            if position == end { continue }
            position += 1
            switch next {
            case quote: isOpen = false
            case UInt8(ascii: "&"): values += try entity()
            default: throw failure("an attribute is damaged")
            }
        }
        if !attribute.isNamespace { attributes.append((attribute.name, start..<values.count)) }
    }
}
