"""Tools of technology: servers, code hosting, files. The language of the table stands in `grammar.py`."""

TEXT = """
== servers
= HOST code(web-##, db-##, cache-##, worker-##)
@ restart_server, reboot_host, restart_service : Restart a server.
~ restart a server
* host/server/instance HOST
? graceful flag(gracefully / by force)
> restart {host}
> reboot the server[ {host}]
> {host} hangs, give it a restart.
+ restart {host+}
< seconds int(5, 90)
! {host} is back after {seconds} seconds.
@ server_status, get_health, check_host : Check load and uptime of a host.
~ check a server
* host/server HOST
> Is {host} up?
> check the health of {host}
> How is the server {host} doing?
> check on the server[ {host}]
+ check {host+}
< status enum(healthy, degraded, down); cpu_percent by(status : healthy=int(2, 60), degraded=int(85, 99), 0)
! {host} is {status} with {cpu_percent} percent CPU.
@ read_logs, get_logs, tail_logs : Read the last lines of a server's log.
~ read logs
* host HOST
* lines/count int(10, 100, 10)
? level/severity enum(errors=error, warnings=warning, debug output=debug) "but only {}"
> get the last {lines} log lines[ of {host}]
> read {lines} lines of the log on {host}
> What are the last {lines} lines in the log of {host}?
< last_line word(connection closed, disk almost full, job finished, request timed out)
! The last line on {host}: "{last_line}".
@ scale_service, set_replicas, scale : Scale a service to a number of replicas.
~ scale a service
* service/app enum(api, frontend, search, payments, mailer)
* replicas/instances int(2, 16)
> scale {service}[ to {replicas} replicas]
> run {replicas} copies of {service}
> We need {replicas} instances of {service}.
< status word(scaled)
! The service {service} runs with {replicas} replicas.
@ deploy_version, deploy, release_version : Deploy a version of a service.
~ deploy a version
* service/app enum(api, frontend, search, payments, mailer)
* version/tag code(v#.#.#)
* environment/env enum(staging, production, testing=test)
> deploy {version} of {service}[ to {environment}]
> roll out {service} {version} in {environment}
> put {version} of {service} on {environment}
< deploy_id code(DEP-###)
! Version {version} of {service} is deployed to {environment} as {deploy_id}.
@ rollback_deploy, rollback, undo_deploy : Roll back a deployment.
~ roll back a deployment
* deploy_id/deployment code(DEP-###)
? reason REASON "with the reason {}"
> roll back {deploy_id}
> undo the deployment[ {deploy_id}]
> {deploy_id} broke things, take it back.
< version code(v#.#.#)
! {deploy_id} is undone; {version} is back.
@ create_backup, backup_database, run_backup : Back up a database.
~ back up a database
* database/db word(orders, users, metrics, billing, sessions, catalog, audit)
? keep_days/retention int(7, 90) "and keep it for {} days"
> back up the {database} database
> make a backup[ of the {database} database]
> I want a copy of the database {database}.
+ back up the {database+} databases
< backup_id code(BU-###)
! The backup of {database} is {backup_id}.
@ restore_backup, restore_database : Restore a database from a backup.
~ restore a backup
* backup_id/backup code(BU-###)
* target/database word(orders, users, metrics, billing, sessions, catalog, audit)
> restore {backup_id}[ into {target}]
> bring {backup_id} back into the {target} database
> load the backup {backup_id} into {target}
< rows int(100, 9000)
! {rows} rows are back in {target}.
@ add_dns_record, create_dns_record : Add a DNS record.
~ add a DNS record
* name/hostname word(shop.northwind.io, api.lumen.dev, mail.orchid.net, blog.juniper.org, docs.harborco.com)
* type/record_type enum(A, AAAA, CNAME, TXT, MX)
* value/target code(10.0.#.##, 192.168.#.##)
> add a DNS record for {name}: type {type}, value {value}
> point {name} to {value} with a {type} record
> create the {type} record {name} with {value}
< status word(added)
! The {type} record for {name} is {status}.
@ set_alert_rule, create_monitor, add_monitor : Alert when a metric of a server is too high. | Monitor a metric.
~ set a server alert
* host HOST
* metric enum(CPU=cpu, memory, disk, network)
* threshold/limit percent(50, 95)
> alert me if {metric} on {host} goes over {threshold}.
> watch the {metric} of {host} with a limit of {threshold}
> set a {metric} alert at {threshold} on {host}
< rule_id code(MR-##)
! Rule {rule_id} watches {metric} on {host}.
@ ssl_expiry, check_certificate : Check an SSL certificate.
~ check a certificate
* domain/site word(northwind.io, lumen.dev, orchid.net, juniper.org, harborco.com, cedarlabs.com)
> When does the certificate of {domain} expire?
> check the certificate[ of {domain}]
> Is the SSL of {domain} still good?
+ check the certificates of {domain+}
< expires DATE
! The certificate of {domain} expires on {expires}.
& create_backup.backup_id -> restore_backup.backup_id > restore it into {target} | load it into {target}
& deploy_version.deploy_id -> rollback_deploy.deploy_id > roll it back again

== code
= REPO word(web-shop, billing-api, data-tools, mobile-app, docs-site, auth-service, scheduler, image-kit)
@ create_issue, open_issue, report_bug : Open an issue in a repository.
~ open an issue
* repo/repository REPO
* title/summary BUG
? labels list(word(bug, docs, urgent, question, design), 1, 2) "labelled {}"
? assignee FIRST "for {}"
> open an issue {title} in {repo}
> file {title}[ in the repo {repo}]
> {repo} needs an issue: {title}.
< issue code(##)
! Issue {issue} is open in {repo}.
@ close_issue, resolve_issue : Close an issue.
~ close an issue
* repo REPO
* issue/number int(10, 900)
? reason enum(done=completed, not planned=not_planned, a duplicate=duplicate) "as {}"
> close issue {issue} in {repo}
> Issue {issue} of {repo} is solved, close it.
> shut the ticket {issue} in {repo}
< status word(closed)
! Issue {issue} in {repo} is closed.
@ merge_pull_request, merge_pr : Merge a pull request. | Merge by a method.
~ merge a pull request
* repo REPO
* number/pull_request int(10, 900)
? method enum(a squash=squash, a rebase=rebase, a merge commit=merge) "with {}"
> merge pull request {number} in {repo}
> PR {number} of {repo} is ready, merge it.
> get {number} merged in {repo}
< commit code(a#f##e#, c##d##b)
! Pull request {number} is merged as {commit}.
@ create_branch, new_branch : Create a branch.
~ create a branch
* repo REPO
* name/branch word(fix-login, dark-mode, api-v2, cleanup, hotfix-7, new-header, faster-search)
? from_branch/base enum(main, develop, release) "from {}"
> create the branch {name}[ in {repo}]
> start a branch called {name} in {repo}
> I need {name} as a new branch of {repo}.
< status word(created)
! The branch {name} exists in {repo}.
@ run_tests, start_tests, trigger_ci : Run the tests of a branch.
~ run tests
* repo REPO
* branch/ref word(main, develop, fix-login, dark-mode, api-v2, cleanup)
? suite enum(unit tests=unit, slow tests=slow, all tests=all) "with {}"
> run the tests of {repo} on {branch}
> test the branch {branch}[ of {repo}]
> Does {branch} in {repo} pass the tests?
+ run the tests of {repo+} on {branch}
< passed int(40, 900); failed int(0, 6)
! {branch}: {passed} tests passed, {failed} failed.
@ search_code, find_in_code, grep_code : Search code for a text.
~ search code
* repo REPO
* text/query word(parse_date, retry_limit, TODO, UserModel, send_mail, MAX_SIZE, load_config)
> search {repo} for {text}
> Where does {repo} use {text}?
> find {text} in the code[ of {repo}]
+ search {repo} for {text+}
< matches int(2, 60)
! {text} occurs {matches} times in {repo}.
@ get_commit, commit_details, show_commit : Look up who made a commit.
~ look up a commit
* sha/commit code(a#f##e#, c##d##b, e##a#c#)
> Who made the commit {sha}?
> show commit {sha}
> look up the commit[ {sha}]
+ look up the commits {sha+}
< author PERSON; files int(2, 20)
! {author} made {sha}, changing {files} files.
@ create_release, publish_release, tag_release : Publish a release.
~ publish a release
* repo REPO
* tag/version code(v#.#.#)
? draft flag(as a draft / as a final release)
> publish {tag}[ of {repo}]
> release {tag} in {repo}
> {repo} is ready for {tag}, publish it.
< release_id code(RE-##)
! {tag} of {repo} is published.
@ request_review, add_reviewers, ask_for_review : Request a review of a pull request. | Add reviewers to a pull request.
~ request a review
* repo REPO
* number/pull_request int(10, 900)
* reviewers list(FIRST, 1, 2)
> ask {reviewers} to review {number} in {repo}
> add {reviewers} as reviewers on {repo} pull request {number}
> request a review of {number} in {repo} from {reviewers}
< status word(requested)
! {reviewers} will review {number}.
@ star_repo, bookmark_repo : Star a repository.
~ star a repository
* repo/repository REPO
> star {repo}
> bookmark the repository[ {repo}]
> I like {repo}, give it a star.
+ star {repo+}
< stars int(2, 4000)
! The repository {repo} has {stars} stars now.
@ rotate_key, rotate_secret, renew_token : Renew an access token.
~ renew a token
* token_name/key word(deploy-key, ci-token, bot-token, read-key, npm-token, backup-key)
* valid_days/days int(30, 360, 30)
> renew {token_name} for {valid_days} days
> rotate the key {token_name}[ for {valid_days} days]
> {token_name} has leaked. Replace it for {valid_days} days.
< expires after(today, valid_days)
! {token_name} is renewed until {expires}.

== files
= DRAFT word(notes.odt, slides.odp, report.md, page.html, table.csv, letter.rtf)
= PDF text({query}_2.pdf)
= XLSX text({query}_2.xlsx)
= DOCX text({query}_2.docx)
= TXT text({query}_2.txt)
@ create_folder, make_folder, mkdir : Create a folder.
~ create a folder
* path/folder FOLDER
> create the folder {path}
> make a directory[ called {path}]
> I need a new folder: {path}.
+ create the folders {path+}
< status word(created)
! The folder {path} is there.
@ move_file, relocate_file, mv : Move a file to a folder.
~ move a file
* file/source FILE
* folder/destination/target FOLDER
? overwrite flag(and replace what is there / without replacing anything)
> move {file}[ to {folder}]
> put {file} into {folder}
> {file} belongs in {folder}.
+ move {file+} to {folder}
< path text({folder}/{file})
! {file} is now in {folder}.
@ delete_file, remove_file, rm : Delete a file.
~ delete a file
* file/path FILE
> delete {file}
> remove the file[ {file}]
> I don't need {file} any longer.
+ delete {file+}
< freed_kb int(10, 9000)
! {file} is deleted; {freed_kb} KB are free.
@ search_files, find_file, file_search : Search files by name.
~ search files
* query/name word(budget, invoice, holiday, logo, contract, thesis, backup)
? folder/path FOLDER "in {}"
? extension/type enum(PDF=pdf, Excel=xlsx, Word=docx, text=txt) "of the type {}"
> find files with {query} in the name
> search for {query} files
> Where are my files called {query}?
< file by(extension : xlsx=XLSX, docx=DOCX, txt=TXT, PDF); count int(2, 20)
! I found {count} files, first {file}.
@ share_file, create_share_link, share : Share a file with somebody.
~ share a file
* file FILE
* email/person EMAIL
? permission/access enum(viewing=view, commenting=comment, editing=edit) "for {}"
? expires/until DATE "until {}"
> share {file}[ with {email}]
> give {email} access to {file}
> {email} should see {file}.
+ share {file} with {email+}
< link URL
! {file} is shared with {email}: {link}.
@ rename_file, change_filename : Rename a file.
~ rename a file
* file/old_name FILE
* new_name FILE
> rename {file}[ to {new_name}]
> call {file} {new_name} from now on
> change the name of {file} to {new_name}
< status word(renamed)
! {file} is now {new_name}.
@ compress_files, zip_files, make_archive : Pack files into an archive.
~ pack files
* files list(FILE, 2, 3)
* archive/name word(pack.zip, backup.zip, docs.zip, send.zip, all.zip, bundle.zip)
> zip {files} into {archive}
> pack {files} as {archive}
> make {archive} out of {files}
< size_kb int(40, 9000)
! {archive} holds {files}, {size_kb} KB.
@ convert_file, change_format : Convert a file to another format.
~ convert a file
* file DRAFT
* format/target_format enum(PDF=pdf, Word=docx, plain text=txt, PNG=png)
> convert {file}[ to {format}]
> turn {file} into {format}
> I need {file} as {format}.
+ convert {file+} to {format}
< output text({file}.{format})
! {file} was converted to {output}.
@ disk_usage, folder_size, storage_used : Get the size of a folder. | Tell how much space is used.
~ check a folder's size
* folder/path FOLDER
> How big is {folder}?
> check the size[ of {folder}]
> How much space does {folder} take?
+ How big are {folder+}?
< result int(2, 900)
! The folder {folder} takes {result} MB.
@ download_url, fetch_url, download_file : Download a page or file from a URL.
~ download a file
* url URL
* folder/save_to FOLDER
> download {url}[ to {folder}]
> save {url} in {folder}
> get {url} and put it into {folder}
< size_kb int(4, 4000)
! Saved {size_kb} KB from {url} in {folder}.
@ print_file, print_document : Print a file. | Print copies of a document.
~ print a file
* file/document FILE
* copies/count int(2, 30)
? double_sided/duplex flag(on both sides / on one side)
? color flag(in color / in black and white)
> print {copies} copies of {file}
> print {file} {copies} times
> I need {file} on paper, {copies} copies.
< pages calc(copies * 4)
! {copies} copies of {file} make {pages} pages.
& search_files.file -> share_file.file > share the first one with {email}
& search_files.file -> print_file.file > print {copies} copies of the first one
"""
