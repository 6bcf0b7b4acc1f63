BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0016');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor VARCHAR(80) NOT NULL, 
	action VARCHAR(40) NOT NULL, 
	subject TEXT NOT NULL, 
	field VARCHAR(80), 
	detail TEXT NOT NULL, 
	previous_hash VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq), 
	CONSTRAINT uq_audit_previous_hash UNIQUE (previous_hash)
);
INSERT INTO "audit" VALUES(1,'2026-11-02 02:00:00.000000','aino','decide','findings:F0123456789abcdef0123',NULL,'{"choices_digest":"74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b","decision":1,"reason_digest":"d5511d58ae89a5136544686b7e471128789e3309c2ec9b520c217067f6abb75d","verdict":"same"}','0000000000000000000000000000000000000000000000000000000000000000','9b6bcd6c1adb1c15203e8df9c002b635910a05f1804d8a09d99e4d84f48bb438');
CREATE TABLE batch_changes (
	batch_id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	op VARCHAR(10) NOT NULL, 
	"table" VARCHAR(30) NOT NULL, 
	"key" TEXT NOT NULL, 
	"column" VARCHAR(40), 
	"before" TEXT, 
	"after" TEXT, 
	finding_id VARCHAR(21), 
	decision_id INTEGER, 
	why TEXT, 
	state VARCHAR(10) NOT NULL, 
	state_reason TEXT, 
	CONSTRAINT pk_batch_changes PRIMARY KEY (batch_id, seq), 
	CONSTRAINT fk_batch_changes_batch_id FOREIGN KEY(batch_id) REFERENCES batches (batch_id), 
	CONSTRAINT fk_batch_changes_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (decision_id), 
	CONSTRAINT fk_batch_changes_finding_id FOREIGN KEY(finding_id) REFERENCES findings (finding_id)
);
CREATE TABLE batches (
	batch_id INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	title TEXT, 
	built_by VARCHAR(80) NOT NULL, 
	built_at DATETIME NOT NULL, 
	approved_by VARCHAR(80), 
	approved_at DATETIME, 
	undoes_batch_id INTEGER, 
	gates TEXT NOT NULL, 
	left_out TEXT NOT NULL, 
	version INTEGER NOT NULL, attempt TEXT, token VARCHAR(64), 
	CONSTRAINT pk_batches PRIMARY KEY (batch_id), 
	CONSTRAINT ck_batches_ck_batches_state CHECK (state IN ('built', 'approved', 'rejected', 'applying', 'applied', 'undoing', 'undone', 'unknown')), 
	CONSTRAINT fk_batches_undoes_batch_id FOREIGN KEY(undoes_batch_id) REFERENCES batches (batch_id)
);
CREATE TABLE certificates (
	certificate_id INTEGER NOT NULL, 
	band TEXT NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	model_version VARCHAR(80) NOT NULL, 
	sources VARCHAR(64) NOT NULL, 
	population INTEGER NOT NULL, 
	profile TEXT NOT NULL, 
	opened_at DATETIME NOT NULL, 
	opened_by VARCHAR(80) NOT NULL, 
	revoked_at DATETIME, 
	revoked_because VARCHAR(20), 
	CONSTRAINT pk_certificates PRIMARY KEY (certificate_id)
);
CREATE TABLE cluster_log (
	seq INTEGER NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	event VARCHAR(10) NOT NULL, 
	cluster_id TEXT NOT NULL, 
	others TEXT NOT NULL, 
	CONSTRAINT pk_cluster_log PRIMARY KEY (seq), 
	CONSTRAINT ck_cluster_log_ck_cluster_log_event CHECK (event IN ('merged', 'split'))
);
CREATE TABLE comments (
	comment_id INTEGER NOT NULL, 
	finding_id VARCHAR(21) NOT NULL, 
	user VARCHAR(80) NOT NULL, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, seen_digest VARCHAR(64), 
	CONSTRAINT pk_comments PRIMARY KEY (comment_id)
);
CREATE TABLE decisions (
	decision_id INTEGER NOT NULL, 
	finding_id VARCHAR(21), 
	customer_no_l TEXT, 
	customer_no_r TEXT, 
	verdict VARCHAR(10) NOT NULL, 
	user VARCHAR(80) NOT NULL, 
	reason TEXT, 
	comment TEXT, 
	choices TEXT, 
	fingerprint VARCHAR(64), 
	evidence_digest VARCHAR(64), 
	decided_at DATETIME NOT NULL, 
	follows_from INTEGER, 
	superseded_by INTEGER, 
	undone_at DATETIME, 
	undone_by VARCHAR(80), seen_digest VARCHAR(64), 
	CONSTRAINT pk_decisions PRIMARY KEY (decision_id), 
	CONSTRAINT fk_decisions_follows_from FOREIGN KEY(follows_from) REFERENCES decisions (decision_id), 
	CONSTRAINT fk_decisions_superseded_by FOREIGN KEY(superseded_by) REFERENCES decisions (decision_id)
);
INSERT INTO "decisions" VALUES(1,'F0123456789abcdef0123',NULL,NULL,'same','aino','phone',NULL,NULL,'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','2026-11-02 02:00:00.000000',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE desks (
	user VARCHAR(80) NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_desks PRIMARY KEY (user), 
	CONSTRAINT fk_desks_user FOREIGN KEY(user) REFERENCES users (user)
);
CREATE TABLE enquiries (
	enquiry_id INTEGER NOT NULL, 
	round_id INTEGER NOT NULL, 
	bin_group_no TEXT NOT NULL, 
	weight VARCHAR(10) NOT NULL, 
	week INTEGER NOT NULL, 
	mode VARCHAR(10) NOT NULL, 
	language VARCHAR(5) NOT NULL, 
	channel VARCHAR(10) NOT NULL, 
	issue INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	state_since DATETIME NOT NULL, 
	question TEXT, 
	answer_by DATE, 
	written_at DATETIME, 
	sent_at DATETIME, 
	reminded_at DATETIME, 
	answered_at DATETIME, 
	ended_at DATETIME, 
	CONSTRAINT pk_enquiries PRIMARY KEY (enquiry_id), 
	CONSTRAINT ck_enquiries_ck_enquiries_state CHECK (state IN ('planned', 'sent', 'reminded', 'answered', 'settled', 'given_up', 'returned')), 
	CONSTRAINT fk_enquiries_round_id FOREIGN KEY(round_id) REFERENCES enquiry_rounds (round_id)
);
CREATE TABLE enquiry_answers (
	answer_id INTEGER NOT NULL, 
	enquiry_id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	way VARCHAR(10) NOT NULL, 
	said_by TEXT, 
	answered_on DATE NOT NULL, 
	taken_by VARCHAR(80) NOT NULL, 
	taken_at DATETIME NOT NULL, 
	told TEXT NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	CONSTRAINT pk_enquiry_answers PRIMARY KEY (answer_id), 
	CONSTRAINT fk_enquiry_answers_enquiry_id FOREIGN KEY(enquiry_id) REFERENCES enquiries (enquiry_id), 
	CONSTRAINT uq_enquiry_answers_digest UNIQUE (digest)
);
CREATE TABLE enquiry_rounds (
	round_id INTEGER NOT NULL, 
	title TEXT, 
	planned_by VARCHAR(80) NOT NULL, 
	planned_at DATETIME NOT NULL, 
	per_week INTEGER NOT NULL, 
	answer_days INTEGER NOT NULL, 
	left_out TEXT NOT NULL, 
	CONSTRAINT pk_enquiry_rounds PRIMARY KEY (round_id)
);
CREATE TABLE erasures (
	erasure_id INTEGER NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	subject TEXT NOT NULL, 
	reason VARCHAR(20) NOT NULL, 
	asked_by VARCHAR(80) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	withdrawn_by VARCHAR(80), 
	withdrawn_at DATETIME, 
	confirmed_by VARCHAR(80), 
	confirmed_at DATETIME, 
	finished_at DATETIME, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_erasures PRIMARY KEY (erasure_id), 
	CONSTRAINT ck_erasures_kind CHECK (kind IN ('customer', 'period')), 
	CONSTRAINT ck_erasures_two_people CHECK (confirmed_by IS NULL OR confirmed_by <> asked_by)
);
CREATE TABLE evidence (
	finding_id VARCHAR(21) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_evidence PRIMARY KEY (finding_id, digest)
);
INSERT INTO "evidence" VALUES('F0123456789abcdef0123','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee','{"basis":{},"pairs":[],"records":{"customers:1":{}},"relation":"same"}');
CREATE TABLE "finding_subjects" (
	finding_id VARCHAR(21) NOT NULL, 
	subject TEXT NOT NULL, 
	CONSTRAINT pk_finding_subjects PRIMARY KEY (finding_id, subject), 
	CONSTRAINT fk_finding_subjects_finding_id FOREIGN KEY(finding_id) REFERENCES findings (finding_id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "finding_subjects" VALUES('F0123456789abcdef0123','customers:1');
INSERT INTO "finding_subjects" VALUES('F0123456789abcdef0123','customers:2');
CREATE TABLE findings (
	finding_id VARCHAR(21) NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	rule VARCHAR(20) NOT NULL, 
	severity VARCHAR(10) NOT NULL, 
	subjects TEXT NOT NULL, 
	score FLOAT, 
	summary TEXT NOT NULL, 
	proposal TEXT, 
	state VARCHAR(10) NOT NULL, 
	state_since DATETIME NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	evidence_digest VARCHAR(64) NOT NULL, 
	protected BOOLEAN NOT NULL, 
	present BOOLEAN NOT NULL, 
	first_seen_run VARCHAR(40) NOT NULL, 
	last_seen_run VARCHAR(40) NOT NULL, 
	opened_at DATETIME NOT NULL, 
	decision_id INTEGER, 
	decided_fingerprint VARCHAR(64), 
	rejected_fingerprint VARCHAR(64), 
	deferred_until DATE, 
	reopened_because VARCHAR(20), 
	relation VARCHAR(10), 
	workpool VARCHAR(12) NOT NULL, 
	priority FLOAT NOT NULL, 
	area VARCHAR(20), 
	label TEXT, 
	assignee VARCHAR(80), 
	version INTEGER NOT NULL, case_key TEXT DEFAULT '' NOT NULL, source VARCHAR(80), ends_in VARCHAR(10) DEFAULT 'change' NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (finding_id), 
	CONSTRAINT ck_findings_ck_findings_state CHECK (state IN ('open', 'accepted', 'rejected', 'deferred', 'in_batch', 'applied', 'verified', 'withdrawn', 'task'))
);
INSERT INTO "findings" VALUES('F0123456789abcdef0123','duplicate','duplicate','review','["customers:1","customers:2"]',NULL,'Ehkä sama',NULL,'accepted','2026-11-02 02:00:00.000000','ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',0,1,'2026-11-01-001','2026-11-01-001','2026-11-02 02:00:00.000000',1,NULL,NULL,NULL,NULL,NULL,'ready',1.0,NULL,NULL,NULL,1,'',NULL,'change');
CREATE TABLE identity (
	name VARCHAR(20) NOT NULL, 
	value VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_identity PRIMARY KEY (name)
);
CREATE TABLE labels (
	label_id INTEGER NOT NULL, 
	sample_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	answer VARCHAR(10) NOT NULL, 
	user VARCHAR(80) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_labels PRIMARY KEY (label_id), 
	CONSTRAINT fk_labels_sample_id FOREIGN KEY(sample_id) REFERENCES samples (sample_id)
);
CREATE TABLE last_clusters (
	customer_no TEXT NOT NULL, 
	cluster_id TEXT NOT NULL, 
	CONSTRAINT pk_last_clusters PRIMARY KEY (customer_no)
);
CREATE TABLE member_notices (
	notice_id INTEGER NOT NULL, 
	bin_group_no TEXT NOT NULL, 
	member_no TEXT NOT NULL, 
	person_digest VARCHAR(64) NOT NULL, 
	due_on DATE NOT NULL, 
	language VARCHAR(5) NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	why_not VARCHAR(20), 
	question TEXT, 
	written_at DATETIME, 
	sent_at DATETIME, 
	objected_at DATETIME, 
	told TEXT, 
	CONSTRAINT pk_member_notices PRIMARY KEY (notice_id), 
	CONSTRAINT uq_member_notices_bin_group_no_member_no_person_digest UNIQUE (bin_group_no, member_no, person_digest)
);
CREATE TABLE outcomes (
	batch_id INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	outcome VARCHAR(12) NOT NULL, 
	found TEXT, 
	CONSTRAINT pk_outcomes PRIMARY KEY (batch_id, seq, run_id), 
	CONSTRAINT ck_outcomes_ck_outcomes_outcome CHECK (outcome IN ('verified', 'contradicted'))
);
CREATE TABLE pair_decisions (
	customer_no_l TEXT NOT NULL, 
	customer_no_r TEXT NOT NULL, 
	decision_id INTEGER NOT NULL, 
	verdict VARCHAR(10) NOT NULL, 
	fingerprint VARCHAR(64), 
	current BOOLEAN NOT NULL, lapsed BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_pair_decisions PRIMARY KEY (customer_no_l, customer_no_r, decision_id), 
	CONSTRAINT ck_pair_decisions_ck_pair_decisions_ordered CHECK (customer_no_l < customer_no_r), 
	CONSTRAINT fk_pair_decisions_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (decision_id)
);
INSERT INTO "pair_decisions" VALUES('1','2',1,'same',NULL,1,0);
CREATE TABLE protected_subjects (
	subject TEXT NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	CONSTRAINT pk_protected_subjects PRIMARY KEY (subject)
);
CREATE TABLE receipts (
	receipt_id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	target VARCHAR(10) NOT NULL, 
	applied_by VARCHAR(80) NOT NULL, 
	applied_at DATETIME NOT NULL, 
	detail TEXT NOT NULL, 
	undo BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_receipts PRIMARY KEY (receipt_id), 
	CONSTRAINT fk_receipts_batch_id FOREIGN KEY(batch_id) REFERENCES batches (batch_id)
);
CREATE TABLE runs (
	run_id VARCHAR(40) NOT NULL, 
	as_of DATE NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	steps TEXT NOT NULL, 
	landed TEXT NOT NULL, 
	previous_landed TEXT NOT NULL, 
	input_digest VARCHAR(64), 
	gates TEXT NOT NULL, 
	model_version VARCHAR(80), 
	counts TEXT NOT NULL, 
	measures TEXT NOT NULL, 
	audit_seq INTEGER, 
	audit_hash VARCHAR(64), 
	CONSTRAINT pk_runs PRIMARY KEY (run_id), 
	CONSTRAINT ck_runs_ck_runs_status CHECK (status IN ('running', 'published', 'failed'))
);
CREATE TABLE sample_pairs (
	sample_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	customer_no_l TEXT NOT NULL, 
	customer_no_r TEXT NOT NULL, 
	stratum INTEGER, 
	inclusion FLOAT, 
	probability FLOAT, 
	known VARCHAR(10), 
	CONSTRAINT pk_sample_pairs PRIMARY KEY (sample_id, number), 
	CONSTRAINT ck_sample_pairs_ck_sample_pairs_ordered CHECK (customer_no_l < customer_no_r), 
	CONSTRAINT fk_sample_pairs_sample_id FOREIGN KEY(sample_id) REFERENCES samples (sample_id)
);
CREATE TABLE samples (
	sample_id INTEGER NOT NULL, 
	certificate_id INTEGER, 
	run_id VARCHAR(40) NOT NULL, 
	model_version VARCHAR(80) NOT NULL, 
	scheme VARCHAR(20) NOT NULL, 
	strata TEXT NOT NULL, 
	drawn_at DATETIME NOT NULL, 
	drawn_by VARCHAR(80) NOT NULL, 
	CONSTRAINT pk_samples PRIMARY KEY (sample_id), 
	CONSTRAINT fk_samples_certificate_id FOREIGN KEY(certificate_id) REFERENCES certificates (certificate_id)
);
CREATE TABLE sealed (
	subject TEXT NOT NULL, 
	field VARCHAR(80) NOT NULL, 
	sealed TEXT NOT NULL, 
	run_id VARCHAR(40) NOT NULL, 
	CONSTRAINT pk_sealed PRIMARY KEY (subject, field)
);
CREATE TABLE second_opinions (
	decision_id INTEGER NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	drawn_at DATETIME NOT NULL, 
	verdict VARCHAR(10), 
	user VARCHAR(80), 
	at DATETIME, 
	CONSTRAINT pk_second_opinions PRIMARY KEY (decision_id), 
	CONSTRAINT fk_second_opinions_decision_id FOREIGN KEY(decision_id) REFERENCES decisions (decision_id)
);
CREATE TABLE seen_records (
	digest VARCHAR(64) NOT NULL, 
	run_id VARCHAR(40), 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_seen_records PRIMARY KEY (digest)
);
CREATE TABLE sessions (
	session_digest VARCHAR(64) NOT NULL, 
	user VARCHAR(80) NOT NULL, 
	csrf_token VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (session_digest), 
	CONSTRAINT fk_sessions_user FOREIGN KEY(user) REFERENCES users (user)
);
CREATE TABLE sign_in_failures (
	user VARCHAR(80) NOT NULL, 
	client VARCHAR(64) NOT NULL, 
	failures INTEGER NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_sign_in_failures PRIMARY KEY (user, client), 
	CONSTRAINT fk_sign_in_failures_user FOREIGN KEY(user) REFERENCES users (user)
);
CREATE TABLE tasks (
	finding_id VARCHAR(21) NOT NULL, 
	decision_id INTEGER NOT NULL, 
	due_on DATE, 
	way VARCHAR(10), 
	outcome VARCHAR(12), 
	answer TEXT, 
	told_by VARCHAR(80), 
	told_at DATETIME, 
	CONSTRAINT pk_tasks PRIMARY KEY (finding_id)
);
CREATE TABLE tokens (
	token_digest VARCHAR(64) NOT NULL, 
	user VARCHAR(80) NOT NULL, 
	label TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	last_used_at DATETIME, 
	revoked_at DATETIME, 
	CONSTRAINT pk_tokens PRIMARY KEY (token_digest), 
	CONSTRAINT fk_tokens_user FOREIGN KEY(user) REFERENCES users (user)
);
CREATE TABLE users (
	user VARCHAR(80) NOT NULL, 
	full_name TEXT, 
	roles TEXT NOT NULL, 
	password_hash TEXT, 
	oidc_subject TEXT, 
	language VARCHAR(5), 
	active BOOLEAN DEFAULT 1 NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (user), 
	CONSTRAINT uq_users_oidc_subject UNIQUE (oidc_subject)
);
INSERT INTO "users" VALUES('aino',NULL,'["steward"]',NULL,NULL,NULL,1,'2026-11-02 02:00:00.000000');
CREATE INDEX ix_audit_actor_at ON audit (actor, at);
CREATE INDEX ix_audit_subject ON audit (subject);
CREATE INDEX ix_cluster_log_cluster_id ON cluster_log (cluster_id);
CREATE INDEX ix_cluster_log_run_id ON cluster_log (run_id);
CREATE INDEX ix_decisions_customer_no_l_customer_no_r ON decisions (customer_no_l, customer_no_r);
CREATE INDEX ix_decisions_finding_id ON decisions (finding_id);
CREATE INDEX ix_decisions_follows_from ON decisions (follows_from);
CREATE INDEX ix_decisions_user_decided_at ON decisions (user, decided_at);
CREATE INDEX ix_findings_kind_rule_state ON findings (kind, rule, state);
CREATE INDEX ix_findings_state_workpool_priority ON findings (state, workpool, priority);
CREATE INDEX ix_batch_changes_finding_id ON batch_changes (finding_id);
CREATE INDEX ix_batch_changes_table_key ON batch_changes ("table", "key");
CREATE INDEX ix_pair_decisions_customer_no_r ON pair_decisions (customer_no_r);
CREATE INDEX ix_pair_decisions_decision_id ON pair_decisions (decision_id);
CREATE INDEX ix_receipts_batch_id ON receipts (batch_id);
CREATE INDEX ix_sessions_user ON sessions (user);
CREATE INDEX ix_tokens_user ON tokens (user);
CREATE TRIGGER audit_no_update BEFORE update ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE delete ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE INDEX ix_findings_case_key_state ON findings (case_key, state);
CREATE INDEX ix_findings_queue ON findings (workpool, state, case_key, priority, opened_at, deferred_until, protected, score, finding_id);
CREATE INDEX ix_comments_finding_id ON comments (finding_id);
CREATE INDEX ix_certificates_band ON certificates (band);
CREATE INDEX ix_sample_pairs_customer_no_l_customer_no_r ON sample_pairs (customer_no_l, customer_no_r);
CREATE INDEX ix_labels_sample_id_number ON labels (sample_id, number);
CREATE INDEX ix_finding_subjects_subject ON finding_subjects (subject);
CREATE INDEX ix_erasures_kind_subject ON erasures (kind, subject);
CREATE INDEX ix_enquiries_round_id ON enquiries (round_id);
CREATE INDEX ix_enquiries_bin_group_no_state ON enquiries (bin_group_no, state);
CREATE INDEX ix_enquiry_answers_enquiry_id ON enquiry_answers (enquiry_id);
CREATE INDEX ix_member_notices_state_due_on ON member_notices (state, due_on);
COMMIT;
