// Compiled together with the sources of the CSV library, not as a target: `make fuzz`.

/// What libFuzzer calls with inputs that it makes up to reach new code: the input is read as a whole and in pieces, which must
/// come to the same records, and what detects dialects and encodings must hold whatever it is given.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count >= 3 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let (choice, cut, text) = (bytes[0], Int(bytes[1] & 63) + 1, Array(bytes[2...]))
    let delimiters: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]
    let quotes: [UInt8?] = [0x22, 0x27, nil, 0x22]
    let dialect = Dialect(
        delimiter: delimiters[Int(choice & 3)], quote: quotes[Int(choice >> 2 & 3)],
        escape: [.doubledQuote, .backslash, .unescaped, .doubledQuote][Int(bytes[1] >> 6)],
        skipsInitialSpace: choice & 128 != 0)
    let limit = choice & 32 == 0 ? Tokenizer.defaultLimit : 24
    let columns = choice & 16 == 0 ? nil : 3

    var whole = Tokenizer(dialect, limit: limit, columns: columns)
    let expected = (Array(whole.feed(text)) + Array(whole.finish())).map(Seen.init)
    var pieces = Tokenizer(dialect, limit: limit, columns: columns)
    var found: [Seen] = []
    var position = 0
    while position < text.count {
        let end = min(text.count, position + cut)
        found += pieces.feed(Array(text[position..<end])).map(Seen.init)
        position = end
    }
    found += pieces.finish().map(Seen.init)
    precondition(found == expected, "the records depend on how the input is cut")

    for encoding in TextEncoding.allCases {
        var transcoder = Transcoder(encoding)
        var output: [UInt8] = []
        text.withUnsafeBytes { transcoder.transcode($0, into: &output) }
        transcoder.finish(into: &output)
    }
    let detection = DialectDetector.detect(text[...], isWhole: choice & 64 == 0)
    precondition((0...1).contains(detection.confidence), "a confidence beyond its bounds")
    return 0
}

/// A record, taken apart.
private struct Seen: Equatable {
    let number: Int
    let line: Int
    let fields: [[UInt8]]
    let problems: [RecordProblem]
    let places: [Int]

    init(_ record: Record) {
        number = record.number
        line = record.line
        fields = (0..<record.count).map { record.bytes($0) }
        problems = record.problems
        places = (0..<record.count).flatMap { [record.place(of: $0).line, record.place(of: $0).column] }
        _ = record.raw
    }
}
