"""Messages against their schemas: libxml2 for the verdict, xmlschema for what a schema is made of.

parse      a parser that loads nothing and expands nothing
prolog     what stands before the root element: encoding, and no DTD
reader     a document read in pieces into a tree, within limits
model      an XSD read as data: which elements are records, what is declared where
values     what a simple type allows, in words
store      the compiled schemas, one for each message
prune      records judged and dropped while a document arrives
place      where an element stands in its document, also when most of that is gone
explain    libxml2's complaints in words: line, path, found, allowed
validate   a document while it arrives, or whole
command    the same for people
inspect    the same schemas through xmlschema: components and messages
"""
