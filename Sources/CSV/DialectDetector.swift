/// Finds the dialect of a file from a sample of its beginning.
///
/// Every combination of delimiter (comma, semicolon, tab, vertical bar) and quote (double, single) is tried; the one
/// wins whose records agree best in their number of fields and whose fields look most like values (after van den
/// Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns", 2019).
public enum DialectDetector {
    /// The most of a sample that is looked at.
    static let sampleSize = 256 << 10
    /// The most records that are looked at.
    static let mostRecords = 500

    /// Detects the dialect.
    ///
    /// - Parameters:
    ///   - sample: The first bytes of the file, 64 KB or more where there are as many.
    ///   - isWhole: Whether the sample is the whole file, so that its last line is complete.
    public static func detect(_ sample: ArraySlice<UInt8>, isWhole: Bool) -> Detection {
        let isCut = !isWhole || sample.count > sampleSize
        let sample = sample.prefix(sampleSize)
        let (encoding, hasMark) = EncodingDetector.detect(sample, isWhole: !isCut)
        var text: [UInt8] = []
        var transcoder = Transcoder(encoding)
        sample.withUnsafeBytes { transcoder.transcode($0, into: &text) }
        let scores = candidates(text, encoding: encoding).map { Candidate($0, text, isCut: isCut) }
        // The first of equals: comma and double quote stand first.
        var best = scores[0]
        for score in scores.dropFirst() where score.value > best.value { best = score }
        var dialect = best.dialect
        dialect.hasHeader = HeaderDetector.hasHeader(best.records)
        // How far the next best dialect with another delimiter stays behind.
        let others = scores.filter { $0.dialect.delimiter != dialect.delimiter }.map(\.value).max() ?? 0
        let lead = best.value > 0 ? (best.value - others) / best.value : 0
        let confidence = best.columns < 2 ? min(0.4, best.agreement) : best.agreement * min(1, 0.5 + lead)
        return Detection(
            dialect: dialect, confidence: confidence, hasByteOrderMark: hasMark, lineEndings: lineEndings(text),
            columns: best.columns)
    }

    /// The dialects that may be meant: single quotes and backslashes only where such signs are in the text at all.
    private static func candidates(_ text: [UInt8], encoding: TextEncoding) -> [Dialect] {
        var candidates: [Dialect] = []
        for quote in ["\"", "'"] as [Unicode.Scalar] {
            let byte = UInt8(ascii: quote)
            if quote == "'", !text.contains(byte) { continue }
            for escape in [Dialect.Escape.doubledQuote, .backslash] {
                if escape == .backslash, !hasEscaped(byte, text) { continue }
                for delimiter in Dialect.knownDelimiters {
                    candidates.append(
                        Dialect(delimiter: delimiter, quote: byte, escape: escape, hasHeader: false, encoding: encoding)
                    )
                }
            }
        }
        return candidates
    }

    private static func hasEscaped(_ quote: UInt8, _ text: [UInt8]) -> Bool {
        zip(text, text.dropFirst()).contains { $0 == UInt8(ascii: "\\") && $1 == quote }
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
