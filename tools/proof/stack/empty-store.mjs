// Forgets everything that is stored, so that a run does not have to read past the records of those before it.
import mongoose from 'mongoose';

const { connection } = await mongoose.connect('mongodb://mongo:27017/sluice');
await connection.db.collection('records').deleteMany({});
await mongoose.disconnect();
