//! The examples below the help of each verb.

/// Of the program.
pub(crate) const ALMONER: &str = "\
Exit codes: 0 done; 1 refused, or nothing done; 2 wrong use; 3 held by a brake.
A tour:
  almoner demo --accounts 50000
  almoner run --preview
  almoner forecast --organisation A81001 --days 30";
pub(crate) const INIT: &str = "\
Examples:
  almoner init
  almoner --store sqlite:rehearsal.db --now 2018-09-01 init --rehearsal --policy 2018-09";
pub(crate) const ORG: &str = "Example: almoner org show A81001";
pub(crate) const ORG_IMPORT: &str = "\
Example: almoner org import data/ods/epraccur_2025-08.csv --edition 2025-08
A code that the edition no longer lists is reported, never deleted.";
pub(crate) const ORG_SHOW: &str = "\
Examples:
  almoner org show A81001
  almoner org show A81001 --on 2019-01-31";
pub(crate) const ORG_LIST: &str = "Example: almoner org list --closed --after A81001 --limit 20";
pub(crate) const ORG_CLOSE: &str = "Example: almoner org close A81001";
pub(crate) const ORG_OPEN: &str = "Example: almoner org open A81001";
pub(crate) const ORG_SUCCEED: &str = "Example: almoner org succeed A81001 --by A81002";
pub(crate) const ORG_SUPPORT: &str =
    "Example: almoner org support A81001 --telephone \"01632 960001\" --page https://help.example/mail";
pub(crate) const ORG_SHORT_NAME: &str = "Example: almoner org short-name A81001 densham";
pub(crate) const ACCOUNT: &str = "Example: almoner account show ann.lee@mail.example";
pub(crate) const ACCOUNT_CREATE: &str = "\
Examples:
  almoner account create --organisation A81001 --first-name Ann --last-name Lee
  almoner account create --organisation A81001 --kind shared --display-name Reception --owner ann.lee@mail.example";
pub(crate) const ACCOUNT_EDIT: &str = "\
Examples:
  almoner account edit ann.lee@mail.example --unit 'Ward 2' --note 'moved in March'
  almoner account edit ann.lee@mail.example --last-name Ash --new-address";
pub(crate) const ALIAS_ADD: &str = "Example: almoner account alias add ann.lee@mail.example annie@mail.example";
pub(crate) const ALIAS_REMOVE: &str = "Example: almoner account alias remove ann.lee@mail.example annie@mail.example";
pub(crate) const MEMBER_LIST: &str = "Example: almoner account member list a81001.reception@mail.example";
pub(crate) const MEMBER_SET: &str = "\
Examples:
  almoner account member set a81001.reception@mail.example ann.lee@mail.example --right send_as
  almoner account member set a81001.reception@mail.example bob.ray@mail.example --owner";
pub(crate) const MEMBER_REMOVE: &str = "\
Example: almoner account member remove a81001.reception@mail.example ann.lee@mail.example";
pub(crate) const ACCOUNT_RULES: &str = "Example: almoner account rules ann.lee@mail.example";
pub(crate) const ACCOUNT_AWAY: &str = "\
Examples:
  almoner account away ann.lee@mail.example --text 'I am on leave.' --from 2026-12-21 --until 2027-01-04
  almoner account away ann.lee@mail.example --off
The day of --until is the day they are back: nobody is answered from then on.";
pub(crate) const ACCOUNT_FORWARD: &str = "\
Examples:
  almoner account forward ann.lee@mail.example --to bob.ray@mail.example --keep
  almoner account forward ann.lee@mail.example --off
Out of the federation only where the policy's section [forwarding] lets it go.";
pub(crate) const ACCOUNT_IMPORT: &str = "\
Examples:
  almoner account import joiners.csv --out outcome.csv
  almoner account import everyone.csv --migrate
The same file may be sent twice: nobody is made twice.";
pub(crate) const ACCOUNT_LIST: &str = "Example: almoner account list --organisation A81001 --status inactive";
pub(crate) const ACCOUNT_SHOW: &str = "Example: almoner account show ann.lee@mail.example";
pub(crate) const SIGNAL: &str = "Example: almoner signal import signals.csv";
pub(crate) const SIGNAL_IMPORT: &str = "\
Example: almoner signal import signals.csv --out outcome.csv
Signals: password_change, mail_sent, mailbox_login, portal_login, app_login, app_use. Which of them count is policy.";
pub(crate) const BULK: &str = "\
Example: almoner bulk leavers.csv --out leavers-outcome.csv
The same file may be sent twice: what was done stays done, once.";
pub(crate) const RUN: &str = "\
Examples:
  almoner run --preview
  almoner run --preview --on 2019-01-31
  almoner run
  almoner run list
  almoner run show 12
A run that was killed goes on where it stopped when it is started again.";
pub(crate) const RUN_LIST: &str = "Example: almoner run list --limit 10";
pub(crate) const RUN_ROLLBACK: &str = "\
Examples:
  almoner run rollback 12
  almoner run rollback 12 --organisation A81001
A rollback that was killed goes on when it is asked for again. Purged mailboxes do not come back.";
pub(crate) const RUN_SHOW: &str = "Example: almoner run show 12";
pub(crate) const RUN_RELEASE: &str = "Example: almoner run release 3 --count 10";
pub(crate) const BRAKE: &str = "\
Examples:
  almoner brake list --organisation A81001
  almoner brake release 3 --as pat.low@mail.example";
pub(crate) const BRAKE_LIST: &str = "Example: almoner brake list --organisation A81001 --all";
pub(crate) const BRAKE_SHOW: &str = "Example: almoner brake show 3";
pub(crate) const BRAKE_RELEASE: &str = "\
Examples:
  almoner brake release 3
  almoner brake release 3 --account ann.lee@mail.example --account bob.ray@mail.example
  almoner brake release 3 --only agreed.txt
  almoner brake release 3 --except ann.lee@mail.example
  almoner brake release 3 --count 10
  almoner brake release --run 12
What is not released stays held until the part lapses.
Nobody releases what they asked for. An account of a run's part takes two persons: the first is noted, the second releases it.";
pub(crate) const BRAKE_REFUSE: &str = "Example: almoner brake refuse 3";
pub(crate) const FORECAST: &str = "Example: almoner forecast --organisation A81001 --days 30";
pub(crate) const REPORT: &str = "\
Examples:
  almoner report mailbox --organisation A81001 --sort next_step_on
  almoner report forecast --organisation A81001 --days 60
  almoner report administrators
  almoner report mailbox --csv mailboxes.csv
The file has every line, the screen a page. Sorting is for up to 20,000 lines.";
pub(crate) const WHAT_IF: &str = "\
Examples:
  almoner what-if --policy 2021-02 --begins 2019-02-01 --days 365
  almoner what-if --policy draft.toml --organisation A81001
  almoner what-if --policy draft.toml --days 365 --csv what-if.csv
  almoner what-if --policy draft.toml --from 2018-12-31 --days 90
With --from both sides are plays: what really happened is in `almoner run list`.
Nothing is changed. To adopt it: almoner policy adopt draft.toml";
pub(crate) const EXPLAIN: &str = "\
Examples:
  almoner explain ann.lee@mail.example
  almoner explain ann.lee@mail.example --on 2019-01-31";
pub(crate) const HISTORY: &str = "Example: almoner history ann.lee@mail.example";
pub(crate) const LEAVER: &str = "Example: almoner leaver ann.lee@mail.example --reason \"contract ends\"";
pub(crate) const CANCEL_LEAVER: &str = "Example: almoner cancel-leaver ann.lee@mail.example";
pub(crate) const JOIN: &str = "Example: almoner join ann.lee@mail.example --organisation A81002";
pub(crate) const TRANSFER: &str = "Example: almoner transfer ann.lee@mail.example --organisation A81002";
pub(crate) const DISABLE: &str = "Example: almoner disable ann.lee@mail.example --reason \"long leave\"";
pub(crate) const ENABLE: &str = "Example: almoner enable ann.lee@mail.example";
pub(crate) const DELETE: &str = "Example: almoner delete ann.lee2@mail.example --reason \"duplicate of ann.lee\"";
pub(crate) const RESTORE: &str = "Example: almoner restore ann.lee@mail.example";
pub(crate) const HOLD: &str = "Example: almoner hold ann.lee@mail.example --reason \"matter 2018/114\"";
pub(crate) const RELEASE_HOLD: &str = "Example: almoner release-hold ann.lee@mail.example";
pub(crate) const ACCEPT_TERMS: &str = "Example: almoner accept-terms ann.lee@mail.example";
pub(crate) const CONFIRM: &str = "Example: almoner confirm a81001.reception@mail.example";
pub(crate) const GRANT: &str = "Example: almoner grant list --organisation A81001";
pub(crate) const GRANT_ADD: &str = "\
Examples:
  almoner grant add ann.lee@mail.example --role local_admin --organisation A81001
  almoner grant add pat.low@mail.example --role primary_local_admin --organisation A81001 \
    --confirmed-as head_of_hr --confirmed-by \"Jo Lowe\"
The first primary administrator of an organisation needs the confirmation of its head of HR or IT.";
pub(crate) const GRANT_END: &str = "Example: almoner grant end 7";
pub(crate) const GRANT_LIST: &str = "\
Examples:
  almoner grant list --address ann.lee@mail.example
  almoner grant list --organisation A81001
  almoner grant list --organisation A81001 --on 2019-01-31";
pub(crate) const POLICY: &str = "Example: almoner policy diff 2018-09 2021-02";
pub(crate) const POLICY_CHECK: &str = "Example: almoner policy check our-policy.toml";
pub(crate) const POLICY_SHOW: &str = "Examples:\n  almoner policy show\n  almoner policy show 2021-02";
pub(crate) const POLICY_DIFF: &str = "Example: almoner policy diff 2018-09 our-policy.toml";
pub(crate) const POLICY_PROPOSE: &str = "\
Example: almoner --as ann.lee@mail.example policy propose 2021-02 --from 2021-02-01 --note 'as decided in June'";
pub(crate) const POLICY_PROPOSALS: &str = "Examples:\n  almoner policy proposals\n  almoner policy proposals 3";
pub(crate) const POLICY_ACCEPT: &str = "\
Example: almoner --as bob.ray@mail.example policy accept 3
Whoever proposed a policy does not accept it. It moves no account by itself.";
pub(crate) const POLICY_DROP: &str = "Example: almoner --as bob.ray@mail.example policy drop 3";
pub(crate) const WAVES: &str = "Examples:\n  almoner waves\n  almoner waves --json";
pub(crate) const POLICY_ADOPT: &str = "\
Example: almoner policy adopt 2021-02 --from 2021-02-01
It moves no account by itself: the next run counts anew, and moves with notice.";
pub(crate) const POLICY_LIST: &str = "Example: almoner policy list";
pub(crate) const NOTICE: &str = "Example: almoner notice list --limit 20";
pub(crate) const NOTICE_LIST: &str = "\
Examples:
  almoner notice list --address ann.lee@mail.example
  almoner notice list --run 12";
pub(crate) const NOTICE_REMIND: &str = "\
Reminders of passwords that expire (NTC-04), and once a month the mailboxes without owner, to the
administrators (NTC-05). Whoever was reminded today is not reminded again.

Example: almoner notice remind";
pub(crate) const NOTICE_SEND: &str = "Example: almoner notice send --config /etc/almoner.toml";
pub(crate) const NOTICE_RETRY: &str = "\
Examples:
  almoner notice list --state failed
  almoner notice retry 4711
  almoner notice retry --organisation A81001";
pub(crate) const NOTICE_CHECK: &str = "Example: almoner notice check /etc/almoner/notices";
pub(crate) const NOTICE_PREVIEW: &str = "\
Examples:
  almoner notice preview leaver_marked
  almoner notice preview moved --folder /etc/almoner/notices";
pub(crate) const AUDIT: &str = "Example: almoner audit search --performer operator";
pub(crate) const AUDIT_SEARCH: &str =
    "Example: almoner audit search --organisation A81001 --action deleted --from 2018-09-01 --until 2018-10-01";
pub(crate) const AUDIT_VERIFY: &str = "\
Examples:
  almoner audit verify
  almoner audit verify --roots pinned.txt
Exit code 1: something is not as it was written.";
pub(crate) const AUDIT_SEAL: &str = "Example: almoner audit seal";
pub(crate) const AUDIT_ROOTS: &str = "Example: almoner audit roots --out pinned.txt";
pub(crate) const AUDIT_PROOF: &str = "\
Example: almoner audit proof --organisation A81001 --out proof.jsonl
It proves that each line in it is in the sealed trail as it was written; not that no line was left out.";
pub(crate) const AUDIT_CHECK_PROOF: &str = "Example: almoner audit check-proof proof.jsonl --roots pinned.txt";
pub(crate) const VERIFY: &str = "\
Example: almoner verify
Exit codes: 0 the store is what its events tell; 1 something differs. Nothing is changed.";
pub(crate) const CHECK: &str = "\
Example: almoner --config /etc/almoner/almoner.toml check
Exit codes: 0 it works (ok, warn); 1 something does not (fail). Nothing is changed.";
pub(crate) const CONFIG: &str = "\
Example: almoner config check
A flag goes before the environment, the environment before the file, the file before what holds by itself.";
pub(crate) const CONFIG_SHOW: &str = "Example: almoner --config /etc/almoner/almoner.toml config show";
pub(crate) const CONFIG_CHECK: &str = "\
Example: almoner --config /etc/almoner/almoner.toml config check
Exit codes: 0 it can be used; 1 each mistake is named with what to write.";
pub(crate) const SERVE: &str = "\
Examples:
  almoner serve
  almoner --store postgres://almoner@db/almoner serve --listen 0.0.0.0:8080 --origin https://portal.example \\
      --key-file /etc/almoner/key
It stops cleanly on SIGTERM: pages that are being made are finished. /health/ready tells whether the store answers.";
pub(crate) const RESECURE: &str = "\
Example: almoner resecure ann.example@mail.example --statement \"met on the ward, badge seen\"
The person accepts the terms of use again, or the account becomes inactive.";
pub(crate) const PASSWORD: &str = "\
Examples:
  almoner password ann.example@mail.example
  almoner password ann.example@mail.example --as desk@mail.example --characters abc
It ends the sessions of the account and opens a lock after failed sign-ins.";
pub(crate) const MFA: &str = "Example: almoner mfa show ann.lee@mail.example";
pub(crate) const MFA_SHOW: &str = "Example: almoner mfa show ann.lee@mail.example";
pub(crate) const MFA_EXCEPT: &str = "\
Examples:
  almoner mfa except ann.lee@mail.example
  almoner mfa except ann.lee@mail.example --days 7
  almoner mfa except ann.lee@mail.example --as admin@mail.example --statement \"met on the ward, badge seen\"
It ends by itself. Nobody does this for themselves.";
pub(crate) const MFA_END: &str = "Example: almoner mfa end ann.lee@mail.example";
pub(crate) const MFA_RESET: &str = "\
Example: almoner mfa reset ann.lee@mail.example
Whoever holds a grant sets up another when they sign in next.";
pub(crate) const DEMO: &str = "\
Examples:
  almoner demo
  almoner demo --serve
  almoner demo --mail --serve
  almoner --store sqlite:big.db demo --accounts 2100000 --seed 7";
pub(crate) const MAIL: &str = "Example: almoner mail setup && almoner mail start";
pub(crate) const MAIL_SETUP: &str = "\
Examples:
  almoner mail setup
  almoner mail setup --listen 0.0.0.0 --host mx.mail.example --certificate /etc/ssl/mx.pem --key /etc/ssl/mx.key
  almoner mail setup --folder /srv/try --smtp-port 2525 --pop3-port 0 --pop3s-port 0
Said again, it changes only what it is told. What you add by hand stands in postfix/local.cf and dovecot/local.conf.";
pub(crate) const MAIL_CONFIG: &str = "\
Examples:
  almoner mail config
  almoner mail config --diff --pop3-port 0 --pop3s-port 0";
pub(crate) const MAIL_START: &str = "\
Example: almoner mail start
It stops both on SIGTERM or Ctrl-C within 30 seconds, and has them read their files again on SIGHUP.";
pub(crate) const MAIL_STOP: &str = "Example: almoner mail stop";
pub(crate) const MAIL_CHECK: &str = "\
Example: almoner mail check
Exit codes: 0 it works (ok, warn); 1 something does not (fail). Nothing is changed.";
pub(crate) const MAIL_UNITS: &str = "\
Example: almoner mail units --out /etc/systemd/system
Then: systemctl daemon-reload && systemctl enable --now almoner-mail";
pub(crate) const DKIM_SHOW: &str = "\
Example: almoner mail dkim show
Change keys in this order: make, publish the new records, wait a day, use, wait a week, remove the old ones.";
pub(crate) const DKIM_MAKE: &str = "Example: almoner mail dkim make";
pub(crate) const DKIM_USE: &str = "Example: almoner mail dkim use rsa20190401 ed20190401";
pub(crate) const DKIM_REMOVE: &str = "Example: almoner mail dkim remove rsa20180901";
pub(crate) const SECURE_ASK: &str = "Example: almoner mail secure ask ann.lee@trust.example";
pub(crate) const SECURE_LIST: &str = "Example: almoner mail secure list --ending";
pub(crate) const SECURE_ADD: &str = "\
Examples:
  almoner mail secure add trust.example --reference 'certificate 1234'
  almoner mail secure add '*.council.example' --on 2019-03-01";
pub(crate) const SECURE_RENEW: &str = "Example: almoner mail secure renew trust.example --on 2019-03-01";
pub(crate) const SECURE_REMOVE: &str = "Example: almoner mail secure remove trust.example";
pub(crate) const MAIL_COMMANDS: &str = "Example: almoner mail commands list --state failed";
pub(crate) const MAIL_COMMANDS_LIST: &str = "Example: almoner mail commands list --state waiting --limit 20";
pub(crate) const MAIL_COMMANDS_RETRY: &str = "\
Examples:
  almoner mail commands retry 17
  almoner mail commands retry
Nine tries are made, 5 seconds to an hour apart; after that a command waits for somebody to look.";
pub(crate) const MAIL_COMMANDS_DROP: &str = "Example: almoner mail commands drop 17";
pub(crate) const MAIL_KICK: &str = "Example: almoner mail kick ann.lee@mail.example";
pub(crate) const MAIL_RECOUNT: &str = "Example: almoner mail recount ann.lee@mail.example";
