"""Messages against their schemas: libxml2 for the verdict, xmlschema for what a schema is made of.

parse      a parser that loads nothing and expands nothing
prolog     what stands before the root element: encoding, and no DTD
model      an XSD read as data: which elements are records, what a value may be
store      the compiled schemas, one for each message
prune      records judged and dropped while a document arrives
explain    libxml2's complaints in words: line, path, found, allowed
validate   a document while it arrives, or whole
inspect    the same schemas through xmlschema: components and messages
"""
