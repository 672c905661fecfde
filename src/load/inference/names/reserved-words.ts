/**
 * Words that cannot name a column without backticks, in lower case: those of MySQL that SingleStore has too, and its own that people
 * use as names. A name that is one of them without need gets an underscore, which does no harm.
 *
 * Source: "List of Reserved Words" of the SingleStore reference, as far as they occur as names of columns and tables.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  `add all alter analyze and any array as asc asensitive before between bigint binary blob both by call cascade case change
  char character check collate column condition constraint continue convert create cross current_date current_time
  current_timestamp current_user cursor database databases day_hour day_minute day_second dec decimal declare default delayed
  delete desc describe deterministic distinct distinctrow div double drop dual each else elseif enclosed escaped except exists
  exit explain false fetch float float4 float8 for force foreign from fulltext generated grant group grouping groups having
  high_priority hour_minute hour_second if ignore in index infile inner inout insensitive insert int int1 int2 int3 int4 int8
  integer intersect interval into is iterate join key keys kill lateral leading leave left like limit lines load localtime
  localtimestamp lock long longblob longtext loop low_priority match mediumblob mediumint mediumtext minus minute_second mod
  modifies natural not null numeric of on optimize option optionally or order out outer outfile over partition pipeline
  pivot precision primary procedure purge range rank read reads real references regexp release rename repeat replace require
  restrict return returning returns revoke right rlike row rows rowstore schema schemas select sensitive separator set shard
  show smallint sort spatial specific sql ssl starting stored straight_join sync system table terminated then tinyblob tinyint
  tinytext to trailing trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp
  values varbinary varchar varcharacter varying virtual when where while window with within write xor zerofill`
    .trim()
    .split(/\s+/),
);
