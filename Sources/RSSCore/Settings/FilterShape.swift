import PostgresClient

/// A form of the filters with which the backend asks for summaries: names, order and types of the members count, because the
/// cache key hashes the text that `JSON.stringify(filters)` returns.
///
/// Written as `startDate=-30d,endDate=0d,page=1,limit=20`: a day counts from today in UTC, digits are a number, `null`, `true`
/// and `false` stand for themselves, and everything else is a string, in double quotes where it would be read otherwise.
package struct FilterShape: Sendable, Hashable, CustomStringConvertible {
    /// The value of a member.
    package enum Value: Sendable, Hashable {
        /// Days from today, in UTC; a string such as `2026-11-23` in the filters.
        case day(Int)
        case text(String)
        case number(Int)
        case boolean(Bool)
        case null
    }

    /// A member of the filters.
    package struct Member: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// Its value.
        package let value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The members in order.
    package let members: [Member]

    /// Any members, whether or not their summaries can be computed.
    package init(_ members: [Member]) { self.members = members }

    /// The shape of the backend's own `warmCache`: 30 days, page 1, 20 reports.
    package static let backend = FilterShape([
        Member("startDate", .day(-30)), Member("endDate", .day(0)), Member("page", .number(1)),
        Member("limit", .number(20)),
    ])

    /// The bytes that are hashed, on a day.
    package func json(_ today: CalendarDate) -> String {
        let texts = members.map { "\(JSONString.quote($0.name)):\(Self.json($0.value, today))" }
        return "{\(texts.joined(separator: ","))}"
    }

    private static func json(_ value: Value, _ today: CalendarDate) -> String {
        switch value {
        case .day(let offset): "\"\(today.adding(days: offset))\""
        case .text(let text): JSONString.quote(text)
        case .number(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .null: "null"
        }
    }

    /// The text that it is read from.
    package var description: String {
        members.map { member in
            let value =
                switch member.value {
                case .day(let offset): "\(offset)d"
                case .text(let text): Self.isBare(text) ? text : JSONString.quote(text)
                case .number(let number): "\(number)"
                case .boolean(let flag): "\(flag)"
                case .null: "null"
                }
            return "\(member.name)=\(value)"
        }.joined(separator: ",")
    }

    /// Whether a string can be written without quotes: it would not be read as anything else.
    private static func isBare(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in !"\",;=\\ ".utf8.contains(byte) && byte > 0x20 && byte != 0x7F }
            && value(bare: text) == .text(text)
    }

    fileprivate static func value(bare text: String) -> Value {
        switch text {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        if text.hasSuffix("d"), let days = Int(text.dropLast()), abs(days) <= 36_600 { return .day(days) }
        // As JavaScript writes a number, so that reading and writing give the same text.
        if let number = Int(text), "\(number)" == text, abs(number) < 1 << 53 { return .number(number) }
        return .text(text)
    }
}

/// Why a text is not a shape, or a shape cannot be warmed.
package struct FilterShapeError: Error, Equatable {
    /// One clause.
    package let reason: String
}

extension FilterShape {
    /// Reads a shape whose summaries can be computed.
    ///
    /// - Throws: ``FilterShapeError``.
    package init(parsing text: String) throws(FilterShapeError) {
        let shapes = try Self.list(parsing: text)
        guard shapes.count == 1 else {
            throw FilterShapeError(reason: "one shape is expected, and \(shapes.count) are given")
        }
        self = shapes[0]
    }

    /// Reads shapes with semicolons between them.
    ///
    /// - Throws: ``FilterShapeError``.
    package static func list(parsing text: String) throws(FilterShapeError) -> [FilterShape] {
        var shapes: [FilterShape] = []
        var members: [Member] = []
        var rest = text[...]
        repeat {
            let member = try member(&rest)
            guard !members.contains(where: { $0.name == member.name }) else {
                throw FilterShapeError(reason: "\(member.name) is given twice")
            }
            members.append(member)
            if rest.first == ";" || rest.isEmpty {
                let shape = FilterShape(members)
                _ = try shape.filter(on: CalendarDate(daysSinceEpoch: 0))
                shapes.append(shape)
                members = []
            }
            let hasMore = !rest.isEmpty
            rest = rest.dropFirst()
            if !hasMore { return shapes }
        } while true
    }

    private static func member(_ rest: inout Substring) throws(FilterShapeError) -> Member {
        rest = rest.drop { $0 == " " }
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
        rest = rest.dropFirst(name.count)
        guard !name.isEmpty, name.first?.isNumber != true, rest.first == "=" else {
            throw FilterShapeError(reason: "a member is written name=value")
        }
        rest = rest.dropFirst()
        if rest.first == "\"" {
            let text = try quoted(&rest)
            guard rest.isEmpty || rest.first == "," || rest.first == ";" else {
                throw FilterShapeError(reason: "a comma is missing after the value of \(name)")
            }
            return Member(String(name), .text(text))
        }
        let bare = rest.prefix { $0 != "," && $0 != ";" }
        rest = rest.dropFirst(bare.count)
        guard !bare.isEmpty, !bare.contains("\"") else {
            throw FilterShapeError(reason: "the value of \(name) is empty or holds a quote; write it in double quotes")
        }
        return Member(String(name), value(bare: String(bare)))
    }

    private static func quoted(_ rest: inout Substring) throws(FilterShapeError) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if character == "\"" { return text }
            if character == "\\", let next = rest.popFirst() { text.append(next) } else { text.append(character) }
        }
        throw FilterShapeError(reason: "a closing quote is missing")
    }
}
