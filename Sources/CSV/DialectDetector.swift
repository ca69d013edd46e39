/// Finds the dialect of a file from a sample of its beginning.
///
/// Every combination of delimiter, quote (double, single, none) and escape that the text allows is tried; the one wins
/// whose records agree best in their number of fields and whose fields look most like values (after van den Burg,
/// Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns", 2019). A space and a colon are
/// tried only where no other delimiter makes a table, and must then show it beyond doubt. A line `sep=;`, which Excel
/// understands, decides by itself.
public enum DialectDetector {
    /// The most of a sample that is checked.
    static let sampleSize = 256 << 10

    /// Detects the dialect.
    ///
    /// - Parameters:
    ///   - sample: The first bytes of the file, 64 KB or more where there are as many.
    ///   - isWhole: Whether the sample is the whole file, so that its last line is complete.
    public static func detect(_ sample: ArraySlice<UInt8>, isWhole: Bool) -> Detection {
        let isCut = !isWhole || sample.count > sampleSize
        let sample = sample.prefix(sampleSize)
        let found = EncodingDetector.detect(sample, isWhole: !isCut)
        let encoding = found.encoding
        var text: [UInt8] = []
        var transcoder = Transcoder(encoding)
        sample.withUnsafeBytes { transcoder.transcode($0, into: &text) }
        if !isCut { transcoder.finish(into: &text) }
        if text.starts(with: TextEncoding.utf8ByteOrderMark) { text.removeFirst(3) }
        let lineEndings = lineEndings(text)
        let declared = declaredDelimiter(text)
        let table = Sample(declared.map { Array(text[$0.end...]) } ?? text, isCut: isCut)
        let choice = choose(candidates(table, encoding: encoding, declared: declared?.delimiter), table)
        let best = choice.best
        let leading = Preamble.length(best)
        var dialect = best.dialect
        dialect.hasHeader = HeaderDetector.hasHeader(Array(best.records.dropFirst(leading)))
        let confidence =
            declared == nil ? confidence(choice, hasHeader: dialect.hasHeader) : max(0.5, best.agreement)
        return Detection(
            dialect: dialect, confidence: confidence, hasByteOrderMark: found.hasMark, lineEndings: lineEndings,
            columns: best.columns, leadingRecords: leading + (declared == nil ? 0 : 1),
            encodings: found.choices)
    }

    /// The candidate that is taken, and the value of the best one with another delimiter.
    private typealias Choice = (best: Candidate, next: Double)

    private static func choose(_ candidates: [Candidate], _ sample: Sample) -> Choice {
        // The first of equals: comma and double quote come first.
        var best = candidates[0]
        for candidate in candidates.dropFirst() where candidate.value > best.value { best = candidate }
        if best.columns > 1, LineShape.isOneColumn(sample, delimiter: best.dialect.delimiter),
            let single = candidates.first(where: { $0.columns == 1 })
        {
            return (single, best.value)
        }
        let next = candidates.filter { $0.dialect.delimiter != best.dialect.delimiter }.map(\.value).max() ?? 0
        return (best, next)
    }

    /// From 0 to 1. A single column, a file that other delimiters fit nearly as well, and pairs of whole numbers, which
    /// may be numbers with a decimal comma, are guesses.
    private static func confidence(_ choice: Choice, hasHeader: Bool) -> Double {
        let (best, next) = choice
        if best.columns < 2 { return min(0.4, best.agreement) }
        let lead = best.value > 0 ? (best.value - next) / best.value : 0
        let confidence = best.agreement * min(1, 0.5 + lead)
        // One record agrees with itself whatever it is read by.
        if best.records.count == 1, next >= 0.3 { return min(0.45, confidence) }
        let isWeak = Dialect.weakDelimiters.contains(best.dialect.delimiter)
        if isWeak, best.agreement < 0.9 { return min(0.45, confidence) }
        if isWeak, best.quoted == 0, !hasHeader || !best.hasTypedColumn { return min(0.45, confidence) }
        if !hasHeader, LineShape.areDecimals(best) { return min(0.45, confidence) }
        return confidence
    }

    /// The dialects that may be meant, scored. Those that cannot be distinguished in this text from one before are left out.
    private static func candidates(_ sample: Sample, encoding: TextEncoding, declared: UInt8?) -> [Candidate] {
        let known = declared.map { [$0] } ?? delimiters(sample)
        let candidates = scored(known, sample, encoding)
        guard declared == nil else { return candidates }
        let best = candidates.max { $0.value < $1.value }
        guard let best, !best.isSound || best.strayQuotes > 0, !LineShape.isTyped(sample) else { return candidates }
        let weak = scored(Dialect.weakDelimiters.filter(sample.contains), sample, encoding)
        let evident = weak.filter(\.isEvident).max { $0.value < $1.value }
        if let evident {
            // Beside a table in another delimiter a weak one counts only when the quotes are in its favour.
            let isFavoured = evident.quoted > 0 && best.quoted == 0 && best.strayQuotes > 0 && evident.strayQuotes == 0
            return best.isSound && !isFavoured ? candidates : [evident] + candidates.filter { $0.columns < 2 }
        }
        let enclosing = weak.filter(\.isEnclosing).max { $0.value < $1.value }
        guard let enclosing, !best.isSound, best.quoted == 0, best.strayQuotes > 0 else { return candidates }
        return [enclosing]
    }

    /// The delimiters that occur, and the first that does not, which reads lines as a single column.
    private static func delimiters(_ sample: Sample) -> [UInt8] {
        let absent = Dialect.knownDelimiters.first { !sample.contains($0) }
        return Dialect.knownDelimiters.filter { sample.contains($0) || $0 == absent }
    }

    private static func scored(_ delimiters: [UInt8], _ sample: Sample, _ encoding: TextEncoding) -> [Candidate] {
        var candidates: [Candidate] = []
        for quote in [0x22, 0x27] as [UInt8] where quote == 0x22 || sample.contains(quote) {
            for delimiter in delimiters {
                for skips in [false, true] where !skips || sample.contains(delimiter, before: 0x20) {
                    let dialect = Dialect(
                        delimiter: delimiter, quote: quote, hasHeader: false, encoding: encoding,
                        skipsInitialSpace: skips)
                    let doubled = Candidate(dialect, sample)
                    // What encloses nothing is not a quote.
                    if quote != 0x22, doubled.quoted == 0 { continue }
                    candidates += [doubled] + others(than: doubled, sample)
                }
            }
        }
        return candidates
    }

    /// What a dialect becomes when quotes are escaped in another way or enclose nothing, where that reads more.
    private static func others(than doubled: Candidate, _ sample: Sample) -> [Candidate] {
        var others: [Candidate] = []
        func with(_ change: (inout Dialect) -> Void) -> Candidate {
            var dialect = doubled.dialect
            change(&dialect)
            return Candidate(dialect, sample)
        }
        guard let quote = doubled.dialect.quote else { return [] }
        if sample.contains(0x5C, before: quote) || sample.contains(0x5C, before: doubled.dialect.delimiter) {
            let escaped = with { $0.escape = .backslash }
            // Backslashes at the ends of paths would make two records one.
            let isWhole = doubled.spoilt > 0 || escaped.records.count >= doubled.records.count
            if isWhole, escaped.agreement > doubled.agreement { others.append(escaped) }
        }
        // Of a single row the quotes are more likely wrong.
        guard doubled.faulty > 1, quote == 0x22 else { return others }
        let unescaped = with { $0.escape = .unescaped }
        let isWhole = unescaped.records.count >= doubled.records.count
        if isWhole, unescaped.agreement > doubled.agreement, !unescaped.hasDoubledQuotes { others.append(unescaped) }
        // Quotes that are characters like any other break what they do not enclose.
        guard doubled.spoilt > 0.1, doubled.spoiltOfQuoted > 0.5 else { return others }
        let plain = with { $0.quote = nil }
        if plain.agreement >= 0.95 { others.append(plain) }
        return others
    }

    /// The delimiter that a first line `sep=;` declares, and where the next line begins.
    private static func declaredDelimiter(_ text: [UInt8]) -> (delimiter: UInt8, end: Int)? {
        guard text.count >= 6, String(decoding: text[..<4], as: UTF8.self).lowercased() == "sep=" else { return nil }
        guard text[5] == 0x0A || text[5] == 0x0D, text[4] >= 0x20 || text[4] == 0x09, text[4] < 0x7F else { return nil }
        return (text[4], text.count > 6 && text[5] == 0x0D && text[6] == 0x0A ? 7 : 6)
    }

    private static func lineEndings(_ text: [UInt8]) -> [LineEnding: Int] {
        var counts: [LineEnding: Int] = [:]
        for (index, byte) in text.enumerated() {
            if byte == 0x0D {
                counts[index + 1 < text.count && text[index + 1] == 0x0A ? .crlf : .cr, default: 0] += 1
            } else if byte == 0x0A, index == 0 || text[index - 1] != 0x0D {
                counts[.lf, default: 0] += 1
            }
        }
        return counts
    }
}
